"""What the answer to a question must be, from the rules alone."""

from datetime import timedelta
from typing import NamedTuple

from tests.oracle.catalogue import (
    ALWAYS_ANSWERED,
    BY_MANDATE,
    CASE,
    CORE,
    EMERGENCY,
    FREE,
    FROM_GUARDIANS,
    FROM_THE_BIRTH_DATE,
    GROUP,
    LOCATES,
    NEVER_STORED,
    NO_FIELD,
    NO_SERVICE,
    OWN_RIGHT,
    PURPOSES,
    SEALED,
)

ORDER = ["not_in_purpose", "not_available", "not_allowed", "frozen", "consent_missing", "guardian_consent_missing",
         "minor_approval_required", "approval_required", "approval_expired", "emergency_not_open"]  # fmt: skip
CLAIM_OPENS = {"name", "addr", "ec"}
_REVIEW_WITHIN = timedelta(hours=24)


class Answer(NamedTuple):
    """What must come back: the fields given, and reason by field for the others; or reasons for everybody alike."""

    status: int
    given: frozenset = frozenset()
    withheld: tuple = ()
    reasons: frozenset = frozenset()
    basis: str = ""


def refused(*reasons):
    """A refusal that says nothing of single fields."""
    return Answer(403, reasons=frozenset(reasons))


def answer(town, who, person, purpose_name, keys, reason):
    """The answer to one question.

    Args:
        town: the world.
        who: the caller.
        person: whom it is about; None where there is no such person.
        purpose_name: for what.
        keys: which fields; None for those of the purpose.
        reason: the caller's words.
    """
    purpose = PURPOSES.get(purpose_name)
    if purpose is None:
        return refused("unknown_purpose")
    filings = filings_of(town, who, purpose_name)
    if why := _first(_about_the_purpose(town, who, purpose, filings, reason)):
        return refused(why)
    filing = next((each for each in filings if person and person.grid.startswith(each.scope)), None)
    rescue = emergency(town, who, person, purpose_name) if person and purpose.opens == EMERGENCY else ""
    if person is None or not reaches(who, person, filing, rescue or in_own_right(town, who, person, purpose)):
        return refused("out_of_scope")
    basis, lacking = stands_on(town, who, person, purpose_name, filing, rescue)
    given, withheld = [], {}
    for key in keys or purpose.fields:
        why = _why_not(town, who, person, (purpose_name, purpose, key), (basis, lacking), rescue)
        if why:
            withheld[key] = why
        else:
            given.append(key)
    if not given:
        return Answer(403, withheld=tuple(sorted(withheld.items())), reasons=frozenset(withheld.values()))
    if filing is not None and not _counted(filing, town.today, person):
        return refused("volume_exceeded")
    return Answer(200, frozenset(given), tuple(sorted(withheld.items())), basis=basis)


def _first(checks):
    """The reason of the first check that applies, or none."""
    return next((reason for applies, reason in checks if applies), "")


def _about_the_purpose(town, who, purpose, filings, reason):
    return (
        (who.kind not in purpose.requesters, "not_a_requester"),
        (purpose.opens == NO_SERVICE, "not_offered"),
        (purpose.opens == BY_MANDATE, "approval_required"),
        (purpose.opens == NO_FIELD, "not_in_purpose"),
        (purpose.wants_reason and not reason, "reason_required"),
        (who.files and not filings, "no_filing"),
        (purpose.opens != EMERGENCY and owes_a_review(town, who.human), "not_allowed"),
    )


def filings_of(town, who, purpose):
    """A caller's filings in force for a purpose, the narrowest first."""
    if not who.files:
        return []
    kind = f"{who.role}:{who.code}"
    own = [each for each in town.filings if (each.kind, each.purpose) == (kind, purpose)]
    own = [each for each in own if who.area.startswith(each.area) and town.today <= each.until]
    return sorted(own, key=lambda each: (-len(each.scope), -len(each.area)))


def owes_a_review(town, human):
    """Whether somebody opened an emergency a day ago and nobody looked at it since."""
    late = town.now - _REVIEW_WITHIN
    return any(each.human == human and not each.reviewed and each.at <= late for each in town.rescues())


def reaches(who, person, filing, rescue):
    """Whether a caller's area holds a person."""
    if who.role == "resident":
        return who.area == person.rid or bool(rescue)  # or in somebody's own right
    if not person.grid or not person.grid.startswith(who.area):
        return False
    return filing is not None or not who.files


def emergency(town, who, person, purpose):
    """`verified`, `claimed`, or nothing."""
    if purpose == "EMERG":
        orders = [area for area, until in town.orders.values() if town.now < until]
        return "verified" if person.grid and any(person.grid.startswith(area) for area in orders) else ""
    mine = [each for each in person.rescues if each.human == who.human and town.now < each.until]
    if not mine:
        return ""
    return "verified" if any(each.verified for each in mine) else "claimed"


def in_own_right(town, who, person, purpose):
    """Whether a purpose is the person's own right and the caller is the person, or the guardian of a child."""
    age = town.age(person)
    guards = who.area in person.guardians and (age is None or age < 18)
    return purpose.opens == OWN_RIGHT and (who.area == person.rid or guards)


def stands_on(town, who, person, purpose, filing, rescue):
    """The legal basis, or why there is none: one of the two is empty."""
    bases = PURPOSES[purpose].bases
    if who.role == "organisation":
        bases = tuple(each for each in bases if each != "statutory")
    if filing is not None:
        bases = tuple(each for each in bases if each == filing.basis)
    if rescue and "emergency" in bases:
        return "emergency", ""
    if "statutory" in bases:
        return "statutory", ""
    agreed = agreements(town, who, person, purpose) if not person.dead else set()
    for basis in bases:
        if basis in agreed:
            return basis, ""
    if "guardian_consent" in bases and "separate_consent" in agreed:
        return "separate_consent", ""
    if not bases:
        return "", "no_filing"
    missing = {"guardian_consent": "guardian_consent_missing", "emergency": "emergency_not_open"}
    return "", missing.get(bases[0], "consent_missing")


def agreements(town, who, person, purpose):
    """What a person's word, or under 14 their guardian's, allows a caller; what was said last counts."""
    age, allowed = town.age(person), set()
    by_guardian = age is None or age < 14
    history = [each for each in person.said if (each.purpose, each.by_guardian) == (purpose, by_guardian)]
    for place, each in enumerate(history):
        later = history[place + 1 :]
        unsaid = any(late.recipient == each.recipient if late.yes else is_meant(late.recipient, who) for late in later)
        over = each.taken_back or unsaid or (each.until is not None and town.now >= each.until)
        if not each.yes or over or not is_meant(each.recipient, who):
            continue
        if each.basis == "contract":
            allowed.add("contract")
        elif not each.separate:
            allowed.add("consent")
        else:
            allowed |= {"consent", "separate_consent"} | ({"guardian_consent"} if by_guardian else set())
    return allowed


def is_meant(recipient, who):
    """Whether a recipient such as `organisation:care01@339999`, or nobody in particular, is this caller."""
    if recipient in ("", who.role):
        return True
    role, _, rest = recipient.partition(":")
    code, _, area = rest.partition("@") if "@" in rest else ("", "", rest)
    return (role, code) == (who.role, who.code) and who.area.startswith(area)


def _why_not(town, who, person, wanted, standing, rescue):
    purpose_name, purpose, key = wanted
    basis, lacking = standing
    urgent, own = purpose.opens == EMERGENCY, who.area == person.rid
    freezable = not urgent and purpose.opens != OWN_RIGHT
    bundled = basis == "consent" and "separate_consent" not in agreements(town, who, person, purpose_name)
    opened = rescue == "verified" or (rescue and key in CLAIM_OPENS)
    free = urgent or purpose.opens in (SEALED, OWN_RIGHT)
    unapproved = "" if free else _unapproved(town, who, person, purpose_name, key)
    harmful = who.role == "clerk" or (who.role == "resident" and not own) or purpose_name == "ROSTER"
    wishes_bind = basis not in ("statutory", "emergency") and not own
    return _first(
        (
            (key not in (*purpose.fields, *purpose.on_approval), "not_in_purpose"),
            (purpose.opens == SEALED and not is_named(town, who, person), "not_available"),
            (freezable and (person.held or (person.frozen and basis != "statutory")), "frozen"),
            (lacking, lacking),
            (bundled and GROUP.get(key) in CORE, "consent_missing"),
            (urgent and not opened, "emergency_not_open"),
            (unapproved, unapproved),
            (person.protection and harmful and key in LOCATES, "not_available"),
            (wishes_bind and person.hides(key, who.kind), "not_available"),
            (
                key == "ec" and not urgent and not own and kept_for_others(town, who, person, purpose_name, basis),
                "not_available",
            ),
            (
                key == "pickup" and not own and not left_to_fetch(town, who, person, purpose_name, basis),
                "not_available",
            ),
            (
                key in FROM_GUARDIANS and not told_of_guardians(town, who, person, (purpose_name, key), basis),
                "not_available",
            ),
            (not holds(town, person, key), "not_available"),
        )
    )


def kept_for_others(town, who, person, purpose_name, basis):
    """Whether an emergency contact is kept back for the sake of a resident whose telephone it is."""
    telephone = person.values.get("ec", {}).get("tel")
    named = [each for each in town.people if telephone and each.values.get("tel") == telephone]
    return any(keeps(town, who, each, (purpose_name, ("tel",)), basis) for each in named if each is not person)


def keeps(town, who, named, wanted, basis):
    """Whether a resident whom another's file names keeps back what it says of them."""
    purpose_name, said = wanted
    if who.area == named.rid:
        return False
    binds, minor = basis != "statutory", (town.age(named) or 0) < 18
    return (
        (named.protection and who.role in ("clerk", "resident") and any(key in LOCATES for key in said))
        or (binds and any(named.hides(key, who.kind) for key in said))
        or named.held
        or (named.frozen and binds)
        or (minor and who.role != "resident" and not _standing(town, who, named, purpose_name))
    )


def told_of_guardians(town, who, person, wanted, basis):
    """Whether any guardian of a child lets something be told, who is alive and of whom there is something to tell."""
    purpose_name, key = wanted
    said, age = FROM_GUARDIANS[key], town.age(person)
    if age is not None and age >= 18:
        return False
    return any(
        any(one in each.values for one in said) and not keeps(town, who, each, (purpose_name, said), basis)
        for each in town.guardians(person)
    )


def left_to_fetch(town, who, person, purpose_name, basis):
    """The names of those who may fetch a child, without guardians who keep theirs back."""
    kept = [each for each in town.guardians(person) if keeps(town, who, each, (purpose_name, ("name",)), basis)]
    return set(person.values.get("pickup", ())) - {each.values.get("name") for each in kept}


def _unapproved(town, who, person, purpose_name, key):
    purpose = PURPOSES[purpose_name]
    mine = [each for each in person.approvals if (each.human, each.purpose) == (who.human, purpose_name)]
    covering = [each for each in mine if key in each.fields and not each.revoked]
    approved = any(town.now < each.until for each in covering)
    age = town.age(person)
    if (age is None or age < 18) and not approved and not _standing(town, who, person, purpose_name):
        return "minor_approval_required"
    if purpose.opens == CASE:
        met = [each for each in person.cases if each.office == who.office]
        if any(each.closed is None and town.now < each.until for each in met):
            return ""
        return "approval_expired" if met else "approval_required"
    if approved:
        return ""
    if purpose.opens == FREE and key not in purpose.on_approval and GROUP.get(key) not in CORE:
        return ""
    return "approval_expired" if covering else "approval_required"


def is_named(town, who, person):
    """Whether a caller is one of the officers named for a person's sealed record."""
    return any(who.human in humans and town.now < until for humans, until in person.named.values())


def _standing(town, who, person, purpose):
    return any(
        (each.human, each.purpose, each.grid) == (who.human, purpose, person.grid)
        and not each.revoked
        and town.now < each.until
        for each in town.minors
    )


def holds(town, person, key):
    """Whether there is an answer at all."""
    if key in FROM_THE_BIRTH_DATE:
        return town.age(person) is not None
    if key == "visit.last":
        return "visit.log" in person.values
    return key in ALWAYS_ANSWERED or key in FROM_GUARDIANS or (key in person.values and key not in NEVER_STORED)


def _counted(filing, day, person):
    seen = filing.seen.setdefault(day, set())
    if person.idno not in seen and len(seen) >= filing.volume:
        return False
    seen.add(person.idno)
    return True
