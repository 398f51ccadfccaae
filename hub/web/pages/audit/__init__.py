"""The pages of security officers and auditors: the trail, the log, what is out of the ordinary, what waits."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

AUDIT = Audience("audit", msgid("Supervision"), "/audit", frozenset({Role.SECURITY_OFFICER, Role.AUDITOR}))
