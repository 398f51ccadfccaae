"""The people of a random town, their callers and what was filed: all synthetic, put on record as operators do."""

import hashlib
from dataclasses import replace
from datetime import date

from hub.identity.appointments import appoint
from hub.identity.principals import Appointment
from hub.model.filing import Filing
from hub.model.principal import parse_principal
from hub.model.purpose import Basis
from hub.policy.filings import put_on_record
from tests.factories import idno, sections
from tests.oracle.catalogue import PURPOSES
from tests.oracle.model import Filed, Person, caller

AREA, COMMUNITY, FAR = "339999", "339999001001", "339999001002"
GRIDS = ["339999001001001", "339999001001002", "339999001002001"]
DEPARTMENTS = sorted({each for purpose in PURPOSES.values() for each in purpose.requesters if ":" in each})
ORGANISATIONS = ["care01", "canteen01", "childcare01", "mediation01"]
DECIDERS = {COMMUNITY: f"secretary:{COMMUNITY}#boss", FAR: f"secretary:{FAR}#chief"}
DEVICES, CENTRE = f"organisation:bracelets@{AREA}", f"department:emergency_call@{AREA}"
EMERGENCY = f"department:emergency@{AREA}"
OFFICERS = [f"security_officer:{AREA}#one", f"security_officer:{AREA}#two"]
LEAD, NAMED = f"department:justice@{AREA}#lead", [f"department:justice@{AREA}#{name}" for name in ("wang", "li")]
CALLERS = [
    LEAD,
    *NAMED,
    *(f"grid_worker:{grid}#{name}" for grid, name in zip(GRIDS, ("an", "an", "bai"), strict=True)),
    f"grid_worker:{GRIDS[0]}#chen",
    *(f"{role}:{community}" for role in ("secretary", "clerk") for community in (COMMUNITY, FAR)),
    *(f"{department}@{AREA}" for department in DEPARTMENTS),
    *(f"organisation:{code}@{AREA}" for code in ORGANISATIONS),
    *(f"department:{code}@{area}" for code, area in (("health", "339999001"), ("justice", COMMUNITY))),
    *(f"organisation:{code}@{area}" for code, area in (("nursing09", COMMUNITY), ("newcomer", AREA))),
    "department:civil_affairs@339998",
    f"auditor:{AREA}",
]
_LATE = date(2036, 12, 31)
_SPECIAL = [
    Filed("department:health", "339999001", "EXAM", "statutory", "339999001", 3, _LATE),
    Filed("department:justice", COMMUNITY, "MEDIATE", "consent", COMMUNITY, 100, _LATE),
    Filed("organisation:nursing09", COMMUNITY, "HOMEMED", "contract", COMMUNITY, 100, _LATE),
    Filed("organisation:nursing09", COMMUNITY, "MEAL", "contract", GRIDS[0], 3, _LATE),
    Filed("department:civil_affairs", "339998", "OLDCARD", "statutory", "339998", 100, _LATE),
]
_ENDS_SOON = {"SCHOOL": date(2026, 12, 20)}
_BIRTHS = ["1943-03-12", "1961-12-05", "1966-11-30", "1990-01-01", "2008-12-10", "2012-12-15", "2019-06-01", ""]
"""Of all ages, some a few weeks before the birthday that changes the rules."""
_MINOR_FROM = "2008"
VALUES = {
    "name": "测试·人", "sex": "2", "region": AREA, "community": COMMUNITY, "life": "alive", "alias": "桂花",
    "addr": "云澜街道桂花社区教工路9号", "residence": "owned", "tel": "15400000901", "mobility": "assisted",
    "vehicle.plate": "浙A90100", "place": "教工路9号", "photo": "photo-9", "pickup": ["沈志强"],
    "ec": {"name": "沈志强", "tel": "15400000911", "relation": "子"}, "tag.alone": True, "tag.dibao": True,
    "disab.no": "339999194303129017", "visit.log": [{"time": "2026-10-12T01:30:00Z", "worker": "1", "outcome": "met"}],
    "skill": ["缝纫"], "timebank.hours": "12", "med.level": "2", "med.chronic": ["E11.9"], "med.allergy": ["青霉素"],
    "med.critical": ["心力衰竭"], "diet": "low_sugar", "fin.acct": "6200000000000000000", "fin.check": "meets",
    "ssc.no": "339999194303129017", "permit": "339999901901",
}  # fmt: skip
KIN = 3
"""Adults who are residents with a role of their own, and guardians of the children."""


def filings():
    """What was filed: every department and organisation its purposes, and a few filings out of the ordinary."""
    found = [replace(each, seen={}) for each in _SPECIAL]
    for name, purpose in PURPOSES.items():
        until = _ENDS_SOON.get(name, _LATE)
        for kind in purpose.requesters:
            if kind.startswith("department:"):
                found.append(Filed(kind, AREA, name, purpose.bases[0], AREA, 1_000_000, until))
            elif kind == "organisation":
                basis = next(each for each in purpose.bases if each != "statutory")
                filers = [f"organisation:{code}" for code in ORGANISATIONS]
                found += [Filed(filer, AREA, name, basis, AREA, 1_000_000, until) for filer in filers]
    return found


def put_filings(installation):
    """Put filings and callers on record; returns the filings."""
    filed = filings()
    with installation.opened() as hub:
        put_on_record(hub.writer, [_filing(each) for each in filed])
        known = {*CALLERS, *DECIDERS.values(), DEVICES, CENTRE, EMERGENCY, *OFFICERS}
        appoint(hub.writer, hub.reader, [Appointment(parse_principal(each)) for each in sorted(known)])
    return filed


def people(installation, chance, count):
    """Seal random people and give the adults among them who are kin a role of their own."""
    births = [_BIRTHS[number % len(_BIRTHS)] for number in range(count)]
    births.sort(key=lambda born: not ("" < born < _MINOR_FROM))  # adults first, so that children can name guardians
    adults = [born for born in births if "" < born < _MINOR_FROM]
    made = _sealed(installation, [_values(chance, number, born, ()) for number, born in enumerate(adults)])
    kin = tuple(each.rid for each in made)
    others = enumerate(births[len(adults) :], len(adults))
    made += _sealed(installation, [_values(chance, number, born, kin) for number, born in others])
    installation.appoint(*(f"resident:{each.rid}" for each in made))
    return made


def resident(person):
    """A resident as a caller."""
    principal = f"resident:{person.rid}"
    return caller(principal)._replace(area=person.rid)


def _values(chance, number, born, kin):
    values = {key: value for key, value in VALUES.items() if chance.random() < 0.8}
    if "tel" in values:
        values["tel"] = f"154000005{number:02d}"
    if "ec" in values and chance.random() < 0.7:
        values["ec"] = VALUES["ec"] | {"tel": f"154000005{chance.randrange(40):02d}"}  # of somebody, most likely
    if grid := chance.choice([*GRIDS, GRIDS[0], GRIDS[0], "339998001001001", ""]):
        values["grid"] = grid
    if born:
        values["dob"] = born
    if kin:
        both = [chance.choice(kin[:KIN]), chance.choice(kin)]
        values["minor.guardian"] = list(dict.fromkeys(both))  # of whom the second may have died
        values["pickup"] = chance.choice([["测试·人"], ["沈志强"], ["测试·人", "沈志强"]])
    elif number >= KIN and chance.random() < 0.2:
        values["life"] = "dead"
    return values | {"idno": idno(number, born.replace("-", "")) if born else f"E9050{number:04d}"}


def _sealed(installation, files):
    names = installation.add(*(sections(**{key.replace(".", "_"): held[key] for key in held}) for held in files))
    return [
        Person(
            held["idno"],
            f"10000000-0000-4000-8000-{name:012x}",
            held.get("grid", ""),
            held.get("dob", ""),
            held,
            tuple(held.get("minor.guardian", ())),
        )
        for name, held in zip(names, files, strict=True)
    ]


def _filing(each):
    requester = f"{each.kind}@{each.area}"
    name = hashlib.sha256(f"{requester}/{each.purpose}/{each.scope}".encode()).hexdigest()[:24]
    stated = (Basis(each.basis), "个人信息保护法 第十三条", "测试", each.scope, each.volume, each.until)
    return Filing(name, requester, each.purpose, *stated)
