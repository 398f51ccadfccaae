"""What a clerk is told where the counter refuses: why, and what to do for the resident instead."""

from collections.abc import Sequence

from hub.errors import Reason
from hub.web.catalogue import msgid
from hub.web.refusals import Told, told

_PAPER = msgid("Let the resident sign a paper form, or say it before a second person who confirms it.")
_NO_MANDATE = {
    Reason.NOT_ALLOWED: Told(
        msgid("Nobody does this for somebody else"),
        msgid("The resident does it in person, at the office in charge or under their own sign-in."),
    ),
    Reason.SELF_APPROVAL: Told(
        msgid("This is you, or somebody of your household"), msgid("A colleague serves them; ask one to take over.")
    ),
    Reason.OUT_OF_SCOPE: Told(
        msgid("This counter does not serve this person"),
        msgid(
            "Check the number with the document. Whoever lives elsewhere is served by the counter of their community."
        ),
    ),
    Reason.RATE_LIMITED: Told(
        msgid("Too many matters were opened for this resident"),
        msgid("Go on with those that are open, or ask the community secretary what happened."),
    ),
    Reason.NOT_OFFERED: Told(msgid("No code can be sent from here"), _PAPER),
    Reason.NOT_AVAILABLE: Told(msgid("No telephone number has stood for seven days"), _PAPER),
}
_ON_MANDATE = {
    Reason.NOT_ALLOWED: Told(
        msgid("This does not belong to the matter"),
        msgid("Ask the resident whether they want that, too; then open it as the next matter."),
    ),
    Reason.APPROVAL_EXPIRED: Told(
        msgid("The half hour is over"), msgid("Ask the resident whether to go on, and open the matter anew.")
    ),
    Reason.APPROVAL_REQUIRED: Told(
        msgid("This is not shown at the counter"),
        msgid("Let the resident fill in that part of the form in their own hand."),
    ),
    Reason.GUARDIAN_CONSENT_MISSING: Told(
        msgid("Only a guardian may say this"),
        msgid("A guardian on record does it under their own sign-in; nothing is agreed to before."),
    ),
    Reason.NOT_AVAILABLE: Told(
        msgid("The file does not have this"), msgid("Ask the resident, and write it into the form by hand.")
    ),
    Reason.NOT_FOUND: Told(
        msgid("There is nothing of that kind"), msgid("Look at the list again with the resident; it may have ended.")
    ),
}
OVER = Told(
    msgid("This matter is not open"),
    msgid("It was ended, or its half hour is over. Ask the resident whether to go on, and open it anew."),
)
"""Where there is no mandate in force of the clerk's own."""


def at_the_counter(reasons: Sequence[str], *, opening: bool = False) -> Told:
    """The words of a refusal.

    Args:
        reasons: codes of `Reason`.
        opening: whether a mandate was to be opened, rather than used.
    """
    table = _NO_MANDATE if opening else _ON_MANDATE
    own = (table.get(Reason(each)) for each in reasons if each in Reason.__members__.values())
    return next((each for each in own if each), told(reasons))
