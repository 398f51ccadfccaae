"""The specification's example is computed here, compared byte for byte, and put to the verifier as a reader would."""

import base64
import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit import log
from audit.__main__ import main
from audit.checkpoint import Signer
from audit.entry import PARTS, canonical, commitment

README = Path(__file__).parents[3] / "audit" / "README.md"
ORIGIN = "hub.example/339999"
SHOWN = 1


def event(n):
    act = {
        "time": f"2026-11-22T10:00:0{n}.000Z",
        "kind": "disclosure",
        "actor": "department:civil_affairs@339999#1",
        "purpose": "OLDCARD",
        "basis": "statutory",
        "fields": ["idno", "name"],
        "outcome": ["permitted", "permitted", "refused"][n],
    }
    return {"act": act, "subject": {"subject": f"p-{n}"}, "ordinal": {"ordinal": n + 1}}


def salt(name, n):
    return bytes([PARTS.index(name) * 16 + n]) * 32


def commitments(n):
    return {name: commitment(name, salt(name, n), canonical(part)) for name, part in event(n).items()}


@pytest.fixture(scope="module")
def example():
    db = sqlite3.connect(":memory:", isolation_level=None)
    log.create(db, ORIGIN)
    signer = Signer(ORIGIN, bytes(range(32)))
    entries = []
    for n in range(3):
        _, subject, ordinal = commitments(n).values()
        entries.append(log.Entry(canonical(event(n)["act"]), salt("act", n), subject, ordinal, b""))
    trail = log.Log.open(db)
    trail.append(db, entries)
    checkpoint = trail.sign_checkpoint(db, signer, datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC))
    stored = log.entry(db, SHOWN)
    receipt = {"origin": ORIGIN, "index": SHOWN, "leaf": base64.b64encode(stored.leaf).decode()}
    for name, part in event(SHOWN).items():
        receipt |= {name: part, f"{name}_salt": base64.b64encode(salt(name, SHOWN)).decode()}
    lines = [f"{name:<7} {value.hex()}" for name, value in commitments(SHOWN).items()]
    blocks = {
        "parts": "".join(f"{canonical(part).decode()}\n" for part in event(SHOWN).values()),
        "leaf": "".join(f"{line}\n" for line in [*lines, f"leaf    {stored.leaf.hex()}"]),
        "log.vkey": f"{signer.verifier}\n",
        "checkpoint": checkpoint.decode(),
        "receipt.tlog-proof": log.receipt(db, SHOWN).decode(),
        "receipt.json": json.dumps(receipt, indent=2) + "\n",
    }
    db.close()
    return blocks


@pytest.fixture(scope="module")
def blocks():
    found = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return dict(found)


def test_the_example_is_what_the_code_computes(example, blocks):
    for name, text in example.items():
        assert blocks.get(name) == text, f"audit/README.md: the block `{name}` should be\n{text}"


def test_the_readers_commands_give_the_verdict_shown(blocks, tmp_path, monkeypatch, capsys):
    for name in ("log.vkey", "receipt.tlog-proof", "receipt.json"):
        (tmp_path / name).write_text(blocks[name], "utf-8")
    monkeypatch.chdir(tmp_path)
    command, verdict = blocks["verify"].splitlines()
    assert command.startswith("$ python -m audit ")
    assert main(command.removeprefix("$ python -m audit ").split()) == 0
    assert capsys.readouterr().out == f"{verdict}\n"


def test_every_module_is_named_in_the_specification():
    text = README.read_text("utf-8")
    modules = {path.name for path in README.parent.glob("*.py")} - {"__init__.py"}
    assert {name for name in modules if f"`{name}`" not in text} == set()
