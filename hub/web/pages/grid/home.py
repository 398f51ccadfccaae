"""Where a grid worker begins: find somebody, see whom to visit, and what there is to do."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.grid import GRID
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(GRID)


@pages.get("/grid", msgid("Start"), order=10)
async def home(visit: Visit) -> Reply:
    """Nobody is listed here: opening a page one opens all day must not be a look at everybody."""
    return visit.render("grid/home.html", grid=visit.principal.area)
