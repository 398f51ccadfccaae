"""The grid worker's pages: the people of the own grid, visits, requests, emergencies; made for a phone at the door."""

from hub.model.principal import Role
from hub.web.catalogue import msgid
from hub.web.routing import Audience

GRID = Audience("grid", msgid("My grid"), "/grid", frozenset({Role.GRID_WORKER}))
