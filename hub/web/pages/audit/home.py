"""The first page of supervision: is the log well, what waits, how the week went, and the ways to everything else."""

import asyncio

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.pages.audit.inbox import waiting
from hub.web.pages.audit.log import state_of
from hub.web.pages.audit.volumes import by_day, period
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)


@pages.get("/audit", msgid("Start"), order=10)
async def home(visit: Visit) -> Reply:
    """Ask for the log's health, the week's volumes and what waits, all at once."""
    log, week, waits = await asyncio.gather(
        visit.ask("GET", "/v1/audit/log"),
        visit.ask("GET", "/v1/audit/volumes", query=period(visit, "7") | {"kind": "disclosure"}),
        waiting(visit),
    )
    drawn = by_day(visit, week, "week")
    return visit.render("audit/home.html", log=log, state=state_of(log), week=week, drawn=drawn, waits=waits)
