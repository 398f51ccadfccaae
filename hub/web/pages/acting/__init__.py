"""A resident's pages for somebody else: a guardian for a child, a relative for the dead, whoever was asked to."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

ACTING = Audience("acting", msgid("For somebody else"), "", frozenset({Role.RESIDENT}))
"""Without a home: whoever acts for somebody begins on their own pages."""
