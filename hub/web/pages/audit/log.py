"""How the log is: its checkpoint, its witnesses, the last full check, and a new one on demand."""

from typing import Any

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.audit import AUDIT
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(AUDIT)
FRESH_SECONDS = 60
"""Older than this while the hub serves and is written to, a checkpoint is a bad sign."""


@pages.get("/audit/log", msgid("Is the log whole?"), order=60)
async def log(visit: Visit) -> Reply:
    """The log's health."""
    body = await visit.ask("GET", "/v1/audit/log")
    return visit.render("audit/log.html", body=body, state=state_of(body), percent=_percent(body["verification"]))


@pages.post("/audit/log/verification")
async def verify(visit: Visit) -> Reply:
    """Check the whole log; where a check runs already, that one goes on."""
    answer = await visit.call("POST", "/v1/audit/verifications")
    return visit.redirect("/audit/log") if answer.good else visit.refuse(answer)


def state_of(body: dict[str, Any]) -> str:
    """`bad` where something contradicts the log, `warn` where something is not as it should be, else `good`."""
    checked = body["verification"]["state"]
    if body["contradicted"] or checked == "broken":
        return "bad"
    late = body["checkpoint"] is None or body["checkpoint"]["size"] < body["size"]
    old = body["checkpoint"] is None or body["checkpoint"]["age_seconds"] > FRESH_SECONDS
    unseen = any(each["size"] is None for each in body["witnesses"])
    return "warn" if (late and old) or unseen or checked in (None, "interrupted") else "good"


def _percent(verification: dict[str, Any]) -> int:
    size, checked = verification.get("size"), verification.get("checked")
    return min(100 * checked // size, 100) if size and checked else 0
