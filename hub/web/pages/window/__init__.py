"""The counter's pages: a clerk acts for a resident who is there, one matter and half an hour at a time."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

WINDOW = Audience("window", msgid("Counter"), "/window", frozenset({Role.CLERK}))
