"""The second person's pages: what a resident has said at the counter, and they have heard."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

WITNESS = Audience("witness", msgid("Second person"), "", frozenset({Role.CLERK, Role.GRID_WORKER, Role.SECRETARY}))
"""Without a home: whoever is a second person begins on the pages of their own work."""
