"""What departments have filed that they use data of the community for, and whose answer is late."""

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.secretary import SECRETARY
from hub.web.people import recipient_name
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(SECRETARY)


@pages.get("/secretary/filings", msgid("Filings"), order=40)
async def filings(visit: Visit) -> Reply:
    """The late ones first."""
    body = await visit.ask("GET", "/v1/filings", query={"limit": "100"})
    items = [each | {"who": recipient_name(each["requester"], visit.language)} for each in body["items"]]
    late = [each for each in items if each["overdue"]]
    return visit.render("secretary/filings.html", late=late, items=[each for each in items if not each["overdue"]])
