"""The catalogue of purposes and the groups of data, written down again; only field lists come from the files."""

import tomllib
from pathlib import Path
from typing import NamedTuple

_FILES = Path(__file__).parents[2] / "policies/purposes"
ORGANISATION = "organisation"

FREE, ASK, EMERGENCY, SEALED, NO_SERVICE, BY_MANDATE = "free", "ask", "emergency", "sealed", "no service", "mandate"
CASE, OWN_RIGHT, NO_FIELD = "case", "own right", "no field"
"""How a purpose opens: freely, once somebody said yes, in an emergency, never here, not yet, with a mandate, while the
caller's office has a case open that the person is a party to, for oneself and one's children; or it has no field."""


class Purpose(NamedTuple):
    """One row.

    Attributes:
        requesters: roles, departments by `department:CODE`.
        bases: what it may stand on, what is best first.
        opens: one of the words above.
        fields: what it is for.
        on_approval: what somebody must agree to besides.
        wants_reason: whether callers must say why.
    """

    requesters: frozenset
    bases: tuple
    opens: str
    fields: tuple
    on_approval: tuple
    wants_reason: bool


_ROWS = """
OLDCARD  | department:civil_affairs clerk                         | statutory                 | free
DIBAO    | department:civil_affairs department:subdistrict        | statutory                 | ask
EXAM     | department:health                                      | statutory                 | free
ROSTER   | grid_worker clerk                                      | statutory consent         | free
VISIT    | grid_worker secretary                                  | statutory consent         | free
UTIL     | grid_worker                                            | separate_consent          | no service
OUT      | grid_worker                                            | separate_consent          | no service
SOS      | grid_worker department:emergency_call resident         | emergency consent         | emergency
VITAL    | organisation                                           | separate_consent          | no service
HOMEMED  | organisation                                           | separate_consent contract | ask
TIER     | organisation                                           | separate_consent          | ask
MEAL     | organisation                                           | contract                  | free
TIMEBANK | organisation                                           | consent                   | free
CHILD    | organisation                                           | guardian_consent          | ask
SCHOOL   | department:education                                   | statutory                 | ask
NEWBORN  | department:police                                      | statutory                 | ask
SOCINS   | department:human_resources department:medical_insurance| statutory                 | free
DISAB    | department:disability_federation department:civil_affairs | statutory              | ask
MEDIATE  | department:justice clerk organisation                  | statutory consent         | case
PSY      | organisation                                           | separate_consent          | free
CORR     | department:justice                                     | statutory                 | sealed
REPAIR   | organisation department:urban_management               | consent contract          | free
MATCH    | organisation                                           | consent                   | no service
VOTE     | clerk                                                  | statutory consent         | no service
SURVEY   | organisation                                           | consent                   | no service
STAT     | department:subdistrict                                 | aggregate                 | no service
PUSH     | organisation                                           | consent                   | no service
EMERG    | department:emergency                                   | emergency statutory       | emergency
WALK     | grid_worker                                            | statutory consent         | free
PROXY    | clerk                                                  | mandate                   | mandate
RIGHTS   | resident                                               | statutory                 | own right
AUDIT    | auditor                                                | statutory                 | no field
"""
_MUST_SAY_WHY = {"MEDIATE", "CORR"}

_GROUPS = """
contact    addr residence tel vehicle.plate relay mobility place photo
family     hh relation marital edu job politics ec minor.guardian parents pickup
family     guardian.name guardian.tel guardian.idno
care       tag.alone tag.kongchao tag.dibao receives_dibao disab.no visit.log visit.last
care       skill timebank.hours need.class household_eligible vote.token alert.kind alert.time
medical    med.level med.chronic med.allergy med.critical med.vital diet
financial  fin.aid fin.pension fin.acct fin.check
activity   meter.water meter.power act.door act.loc
"""
GROUP = {key: line.split()[0] for line in _GROUPS.strip().splitlines() for key in line.split()[1:]}
"""The group that a resident's wishes know a field by; who somebody is belongs to none."""
CORE = {"medical", "financial", "activity"}
"""What takes a secretary's yes wherever it is shown, and a separate consent where it stands on consent."""
LOCATES = {key for key, group in GROUP.items() if group == "contact"} | {"act.loc"}
FROM_GUARDIANS = {
    "guardian.name": ("name",),
    "guardian.tel": ("tel",),
    "guardian.idno": ("idno",),
    "parents": ("name", "idno"),
}
"""What is answered from the files of a child's guardians, and what it says of them."""
NEVER_STORED = {"relay", "household_eligible", "vote.token"}
"""What follows from services that do not exist yet."""
ALWAYS_ANSWERED = {"pseudonym", "receives_dibao", "has_permit", "is_insured"}
FROM_THE_BIRTH_DATE = {"ageband", "is_60_or_over", "is_65_or_over"}
AGREEMENTS = ("consent", "separate_consent", "guardian_consent", "contract")


def _read():
    for line in _ROWS.strip().splitlines():
        name, requesters, bases, opens = (cell.strip() for cell in line.split("|"))
        file = tomllib.loads((_FILES / f"{name}.toml").read_text("utf-8"))
        fields, further = tuple(file["fields"]), tuple(file["on_approval"])
        told = frozenset(requesters.split()), tuple(bases.split()), opens
        yield name, Purpose(*told, fields, further, name in _MUST_SAY_WHY)


PURPOSES = dict(_read())
