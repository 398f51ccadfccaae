"""A synthetic world imported as operators do it, with the cast of the decision vectors besides."""

import json
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from audit import log
from audit.entry import commitment
from hub.access.locate import DecidingWarrant
from hub.store.sections import data_key
from hub.store.sqlcipher import SqlcipherReader
from hub.store.tokens import idno_token
from hub.store.trail import unsealed
from tests.api.road_vectors import CASES, NOBODY, PEOPLE
from tests.factories import Installation, sections

AREA = "339999"
FIRST_GRID, SECOND_GRID, FAR_GRID = "339999001001001", "339999001001002", "339999001002001"
GRID_WORKER = f"grid_worker:{FIRST_GRID}"
SECRETARY = f"secretary:{FIRST_GRID[:12]}"
CLERK = f"clerk:{FIRST_GRID[:12]}"
CIVIL_AFFAIRS = f"department:civil_affairs@{AREA}"
HEALTH = f"department:health@{AREA}"
CANTEEN = f"organisation:canteen01@{AREA}"
ADMIN, AUDITOR, OFFICER = f"admin:{AREA}", f"auditor:{AREA}", f"security_officer:{AREA}"


class Member(NamedTuple):
    """One of the cast.

    Attributes:
        idno: identity number.
        rid: internal id; empty for nobody.
        values: field to value.
    """

    idno: str
    rid: str
    values: dict


class SubjectPart(NamedTuple):
    """What the trail alone knows of an entry.

    Attributes:
        subject: the subject part.
        ordinal: the ordinal part.
        own: whether it is sealed under the data subject's own key.
    """

    subject: dict
    ordinal: dict
    own: bool


class City(Installation):
    """An installation with a cast.

    Attributes:
        cast: name to member.
        world: the synthetic world.
    """

    cast = None
    world = None

    def populate(self, world):
        """Import the world, add the cast, and put the callers of the vectors on record."""
        self.world = world
        self.fill(world)
        taken = {row["idno"] for row in world.rows("police")}
        assert taken.isdisjoint(values["idno"] for values in PEOPLE.values()), "choose another seed"
        known = [name for name in PEOPLE if name != NOBODY]
        residents = self.add(*(_sealable(PEOPLE[name]) for name in known))
        rids = {name: f"10000000-0000-4000-8000-{each:012x}" for name, each in zip(known, residents, strict=True)}
        self.cast = {name: Member(values["idno"], rids.get(name, ""), values) for name, values in PEOPLE.items()}
        self.appoint(*({self.principal(case.caller) for case in CASES} - set(world.manifest["principals"])))
        return self

    def copy(self, path):
        """Another city like it."""
        copied = City(super().copy(path).path)
        copied.cast, copied.world = self.cast, self.world
        return copied

    def principal(self, text):
        """A caller of the vectors as a principal."""
        return text.format_map({name: member.rid for name, member in self.cast.items()})

    def adults(self, grid):
        """Identity numbers of everybody of age in a grid, by the world's own rows."""
        today = self.world.manifest["as_of"]
        rows = (row for row in self.world.rows("police") if row["grid"] == grid)
        return [row["idno"] for row in rows if _years(row["dob"], today) >= 18]

    def entry(self, index):
        """An entry of the log as stored."""
        reader = SqlcipherReader(self.directory, self.ring)
        try:
            return log.entry(reader.db, index)
        finally:
            reader.close()

    def size(self):
        """How many entries the log has."""
        reader = SqlcipherReader(self.directory, self.ring)
        try:
            return log.tree(reader.db).size
        finally:
            reader.close()

    def subject_part(self, index, *idnos):
        """What the trail alone knows of an entry, with the key of one of some people or that of strangers."""
        reader = SqlcipherReader(self.directory, self.ring)
        try:
            entry = log.entry(reader.db, index)
            found = [reader.find(idno_token(self.ring, idno), ()) for idno in idnos]
            keys = [data_key(self.ring, sealed.keys, "trail", DecidingWarrant()) for sealed in found if sealed]
            act = commitment("act", entry.act_salt, entry.act)
            for key in (*keys, self.ring.strangers):
                try:
                    _, subject, _, ordinal = unsealed(entry.sealed, act, key)
                except InvalidTag:
                    continue
                return SubjectPart(json.loads(subject), json.loads(ordinal), key in keys)
        finally:
            reader.close()
        raise AssertionError("neither the key of these people nor that of strangers opens the entry")


def _sealable(values):
    return sections(**{key.replace(".", "_"): value for key, value in values.items()})


def _years(born, day):
    born, day = born.replace("-", ""), day.replace("-", "")
    return (int(day) - int(born)) // 10000
