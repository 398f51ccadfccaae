"""The resident's pages: what is held about me, who looked at it, and what I can do about it."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

RESIDENT = Audience("resident", msgid("My data"), "/me", frozenset({Role.RESIDENT}))
