"""For whoever connects a department's or an organisation's system: the catalogue, credentials, samples, a trial."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

DEVELOPERS = Audience(
    "developers", msgid("Connect your system"), "/developers", frozenset({Role.DEPARTMENT, Role.ORGANISATION})
)
