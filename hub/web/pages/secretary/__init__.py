"""The community secretary's pages: what waits for a decision, who stands in, what to review, what is late."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

SECRETARY = Audience("secretary", msgid("My community"), "/secretary", frozenset({Role.SECRETARY}))
