"""Stores full of made-up people, and requests about them. Filled through the store's own functions and kept for later.

Person number n follows from n alone, so that nothing but their count need be known of a store. All numbers are of an
area that was never assigned, and everybody is of age.
"""

import hashlib
import random
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import orjson

import hub
from audit.fsck import fsck
from audit.log import tree
from hub.feeds.sealing import NewFile, new_file
from hub.identity.appointments import appoint
from hub.identity.development import generate_development_key, mint
from hub.identity.principals import Appointment
from hub.model.file import Sections, Value
from hub.model.filing import Filing
from hub.model.principal import parse_principal
from hub.model.purpose import Basis
from hub.model.tier import Tier
from hub.policy.filings import MOST_VOLUME, put_on_record
from hub.schema.idno import check_digit
from hub.store.directory import Directory, open_keyring
from hub.store.installation import create, open_writer
from hub.store.sqlcipher import SqlcipherReader
from hub.store.transaction import SqlcipherTransaction

DEPARTMENT = "department:civil_affairs@339999"
PURPOSE = "OLDCARD"
FIELDS = ("name", "idno")
PRINCIPALS = 16
"""How many windows of the department ask, each with a token of its own."""

_FIRST_BIRTH = date(1930, 1, 1)
_BIRTHS = 12_000
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英玉萍红建华文"
_BATCH = 1000
_FILL_CACHE = "PRAGMA cache_size = -262144"
_MOST_ENTRIES = 3_000_000
"""Log entries after which a kept store is filled anew: every run adds some, and all are verified each time."""
_SHAPERS = (
    *("bench/community.py", "feeds/sealing.py", "model/tier.py", "model/file.py", "identity/principals.py"),
    *(f"store/{name}.py" for name in ("directory", "keys", "sections", "control", "sqlcipher", "tokens", "controls")),
    "store/trail.py",
)
"""The sources that decide how a store looks: a kept store of other sources is of no use."""


class Community(NamedTuple):
    """A filled store.

    Attributes:
        path: its data directory.
        residents: how many people are in it.
    """

    path: Path
    residents: int

    def requests(self, count: int, seed: int) -> list[bytes]:
        """Whole HTTP requests about random people, from all principals in turn."""
        key = Directory(self.path).development_key.read_bytes()
        now = datetime.now(UTC)
        tokens = [mint(key, parse_principal(name), now=now).encode() for name in principals()]
        chance = random.Random(seed)
        bodies = (_body(idno_of(chance.randrange(self.residents))) for _ in range(count))
        return [_request(tokens[place % len(tokens)], body) for place, body in enumerate(bodies)]

    def entries(self) -> int:
        """How many entries the log has."""
        return self._read(lambda reader: tree(reader.db).size)

    def verify(self) -> int:
        """Check the whole log; returns its size. Raises VerificationError."""

        def check(reader: SqlcipherReader) -> int:
            with reader.view():
                fsck(reader.db)
                return tree(reader.db).size

        return self._read(check)

    def _read(self, read: Callable[[SqlcipherReader], int]) -> int:
        directory = Directory(self.path)
        reader = SqlcipherReader(directory, open_keyring(directory))
        try:
            return read(reader)
        finally:
            reader.close()


def principals() -> list[str]:
    """Who asks."""
    return [f"{DEPARTMENT}#window{number}" for number in range(1, PRINCIPALS + 1)]


def most_entries() -> int:
    """Log entries up to which a kept store is used again."""
    return _MOST_ENTRIES


def idno_of(number: int) -> str:
    """The identity number of a person."""
    born = _FIRST_BIRTH + timedelta(days=number % _BIRTHS)
    first = f"339999{born:%Y%m%d}{number // _BIRTHS + 1:03d}"
    return first + check_digit(first)


def kept(folder: Path, residents: int) -> Community:
    """The community of a size, filled if there is none of this size yet.

    Args:
        folder: where communities are kept between runs.
        residents: how many people, at most 11 million.
    """
    community = Community(folder / f"people-{residents}-{shape_of(_SHAPERS)}", residents)
    if community.path.exists() and community.entries() <= _MOST_ENTRIES:
        return community
    for old in folder.glob(f"people-{residents}-*"):
        shutil.rmtree(old)
    fresh = folder / f"filling-{residents}"
    for path in (fresh, Directory(fresh).keys):
        shutil.rmtree(path, ignore_errors=True)
    _fill(fresh, residents)
    Directory(fresh).keys.rename(Directory(community.path).keys)
    fresh.rename(community.path)
    return community


def _fill(path: Path, residents: int) -> None:
    directory = create(path, generate_development_key())
    ring = open_keyring(directory)
    writer, reader = open_writer(directory, ring), SqlcipherReader(directory, ring)
    filing = Filing(
        id=f"{DEPARTMENT}/{PURPOSE}/339999",
        requester=DEPARTMENT,
        purpose=PURPOSE,
        basis=Basis.STATUTORY,
        citation="老年人权益保障法 第五十三条",
        scenario="优待证办理",
        scope="339999",
        volume=MOST_VOLUME,
        valid_until=datetime.now(UTC).date() + timedelta(days=3650),
    )
    put_on_record(writer, [filing])
    appoint(writer, reader, [Appointment(parse_principal(name)) for name in principals()])
    first = writer.reserve(residents)
    reader.close()
    writer.close()
    halves = [(path, first, range(0, residents, 2)), (path, first, range(1, residents, 2))]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_add, *zip(*halves, strict=True)))


def _add(path: Path, first: int, numbers: range) -> None:
    directory = Directory(path)
    ring = open_keyring(directory)
    writer = open_writer(directory, ring)
    writer.run([lambda tx: tx.db.execute(_FILL_CACHE) and None])
    for start in range(0, len(numbers), _BATCH):
        files = [
            new_file(ring, first + number, _person(number), f"00000000-0000-4000-8000-{number:012x}")
            for number in numbers[start : start + _BATCH]
        ]
        [failure] = writer.run([_creating(files)])
        if failure is not None:
            raise failure
    writer.close()


def _creating(files: list[NewFile]) -> Callable[[SqlcipherTransaction], None]:
    def create_files(tx: SqlcipherTransaction) -> None:
        for file in files:
            tx.create_file(*file)

    return create_files


def _person(number: int) -> Sections:
    """What three departments say of a person, about as much as of one in a synthetic world."""
    idno, grid = idno_of(number), _grid_of(number)
    police = _said_by("police", "2026-11-01")
    civil_affairs = _said_by("civil_affairs", "2026-11-02")
    health = _said_by("health", "2026-11-03")
    born = f"{idno[6:10]}-{idno[10:12]}-{idno[12:14]}"
    basic = police(
        name=_name(number), sex=str(1 + number % 2), region=grid[:6], community=grid[:12], grid=grid, life="alive"
    )
    return {
        Tier.BASIC: basic,
        Tier.IDENTITY: police(idtype="resident_id", idno=idno, dob=born, ethnicity="01"),
        Tier.CONTACT: police(
            addr=f"幸福路{number % 300 + 1}号{number % 9 + 1}单元{number % 30 + 1}01室",
            tel=f"138{number % 100_000_000:08d}",
            residence="1",
        ),
        Tier.FAMILY: police(hh=f"H{number // 3}", relation="02", marital="20"),
        Tier.CARE: civil_affairs(**{"tag.alone": number % 5 == 0, "tag.dibao": number % 25 == 0}),
        Tier.MEDICAL: health(**{"med.level": "2", "med.chronic": ["I10", "E11"]}),
    }


def _grid_of(number: int) -> str:
    grid = number // 400
    return f"339999{grid // 225 + 1:03d}{grid // 15 % 15 + 1:03d}{grid % 15 + 1:03d}"


def _said_by(source: str, at: str) -> Callable[..., dict[str, tuple[Value, ...]]]:
    def said(**values: Any) -> dict[str, tuple[Value, ...]]:
        return {key: (Value(value, source, at, "statutory"),) for key, value in values.items()}

    return said


def _name(number: int) -> str:
    return _SURNAMES[number % 20] + _GIVEN[number // 20 % 30] + _GIVEN[number // 600 % 30]


def _body(idno: str) -> bytes:
    return orjson.dumps({"subject": {"idno": idno}, "purpose": PURPOSE, "fields": FIELDS})


def _request(token: bytes, body: bytes) -> bytes:
    return (
        b"POST /v1/disclosures HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        b"authorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s" % (token, len(body), body)
    )


def shape_of(patterns: Iterable[str]) -> str:
    """A name for the present state of some sources: what was made by others is not reused.

    Args:
        patterns: paths below the package `hub`, with `*` for parts of names.
    """
    root = Path(hub.__file__).parent
    sources = (path for pattern in patterns for path in sorted(root.glob(pattern)))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
