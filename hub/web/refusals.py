"""What a page says where the API refused: what happened, and what to do next."""

from collections.abc import Iterable
from typing import NamedTuple

from hub.errors import Reason
from hub.web.catalogue import msgid


class Told(NamedTuple):
    """A refusal in words, to be translated.

    Attributes:
        what: what happened.
        then: what to do next.
    """

    what: str
    then: str


_UNFORESEEN = Told(
    msgid("Something went wrong on our side"),
    msgid("Nothing was shown or changed. Please try again in a minute; if it stays so, tell your community office."),
)
_WORDS = {
    Reason.UNAUTHENTICATED: Told(msgid("Please sign in again"), msgid("Your session has ended. Sign in to go on.")),
    Reason.UNKNOWN_PURPOSE: Told(
        msgid("There is no such matter"), msgid("Choose one from the list of matters you may handle.")
    ),
    Reason.NOT_A_REQUESTER: Told(
        msgid("This matter belongs to somebody else"),
        msgid("The catalogue names who handles it. Ask them, or choose another matter."),
    ),
    Reason.NOT_OFFERED: Told(msgid("This is not offered yet"), msgid("The service behind this matter does not exist.")),
    Reason.REASON_REQUIRED: Told(msgid("A reason is needed"), msgid("Say in a sentence what you need this for.")),
    Reason.NO_FILING: Told(
        msgid("Your department has no filing for this"),
        msgid("File the use of data first; once it is accepted, this works."),
    ),
    Reason.OUT_OF_SCOPE: Told(
        msgid("Nobody was found in your area"),
        msgid("Check the number. Whoever lives elsewhere is looked after by their own grid or community."),
    ),
    Reason.NOT_IN_PURPOSE: Told(
        msgid("This matter does not need that"), msgid("Only what a matter needs is shown. Choose the right matter.")
    ),
    Reason.NOT_AVAILABLE: Told(msgid("This is not available"), msgid("Ask the resident, or the office it comes from.")),
    Reason.NOT_ALLOWED: Told(
        msgid("This page is not for your role"), msgid("Go back to your own pages, or sign in in another role.")
    ),
    Reason.FROZEN: Told(
        msgid("This file is frozen"),
        msgid("The resident, or an officer, has stopped its use. Matters required by law go on as before."),
    ),
    Reason.CONSENT_MISSING: Told(
        msgid("The resident has not agreed to this"), msgid("Ask the resident to agree; nothing is shown before.")
    ),
    Reason.GUARDIAN_CONSENT_MISSING: Told(
        msgid("A guardian has not agreed to this"), msgid("Ask a guardian on record to agree; nothing is shown before.")
    ),
    Reason.MINOR_APPROVAL_REQUIRED: Told(
        msgid("This is about somebody under 18"), msgid("Ask the community secretary for an approval first.")
    ),
    Reason.APPROVAL_REQUIRED: Told(
        msgid("An approval is needed for this"), msgid("Ask the community secretary, with your reason.")
    ),
    Reason.APPROVAL_EXPIRED: Told(msgid("The approval has ended"), msgid("Ask again if you still need it.")),
    Reason.SELF_APPROVAL: Told(
        msgid("You cannot decide about your own request"), msgid("Somebody else has to decide; it stays in their list.")
    ),
    Reason.ALREADY_DECIDED: Told(
        msgid("This was decided already"), msgid("Go back and look at the list again: it shows how it stands.")
    ),
    Reason.EMERGENCY_NOT_OPEN: Told(
        msgid("No emergency is open"), msgid("In an emergency, open one first, with what has happened.")
    ),
    Reason.VOLUME_EXCEEDED: Told(
        msgid("Today's number of people is used up"),
        msgid("Your filing states how many people a day. Go on tomorrow, or file for more."),
    ),
    Reason.RATE_LIMITED: Told(
        msgid("Too many questions about people who were not found"), msgid("Wait a minute and check the numbers.")
    ),
    Reason.NOT_FOUND: Told(msgid("This is not there"), msgid("It may have ended, or the address is not right.")),
    Reason.BAD_INPUT: Told(
        msgid("Something in what you entered is not right"), msgid("Look at what is marked, mend it and send it again.")
    ),
    Reason.AUDIT_UNAVAILABLE: Told(
        msgid("The trail cannot be written just now"),
        msgid("Without a record nothing is shown or changed. Please try again in a minute."),
    ),
}
FOREIGN_FORM = Told(
    msgid("This form is out of date"),
    msgid("It was made before you signed in last, or by another site. Open the page anew and send it again."),
)


def told(reasons: Iterable[str]) -> Told:
    """The words of the first reason that there are words for."""
    known = (_WORDS.get(Reason(each)) for each in reasons if each in Reason.__members__.values())
    return next((each for each in known if each), _UNFORESEEN)


def words_for(reason: str) -> Told:
    """The words of one reason."""
    return told([reason])
