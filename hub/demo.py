"""The demonstration: a synthetic community, imported through the real path, asked over real HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx

from audit.errors import VerificationError
from audit.log import fsck, tree
from audit.note import Verifier
from audit.verify import parse_receipt, verify_receipt
from hub.cli.opened import opened, read_text
from hub.errors import HubError
from hub.feeds.parallel import ingest_together
from hub.identity.appointments import appoint
from hub.identity.development import generate_development_key, mint
from hub.identity.principals import Appointment, read_appointments
from hub.model.principal import parse_principal
from hub.policy.engine import load
from hub.policy.filings import put_on_record, read_filings
from hub.store.directory import Directory
from hub.store.installation import create
from hub.synth.cast import ELDER_IDNO, ELSEWHERE_IDNO, FIRST_GRID
from hub.synth.personas import as_toml, residents, staff
from hub.synth.world import write_world

FEEDS = ("police", "civil_affairs", "health", "utilities")
HOST = "127.0.0.1"
_STARTS_WITHIN = 30.0


class Persona(NamedTuple):
    """Somebody to be in the demonstration.

    Attributes:
        title: who, in Chinese and English.
        principal: in which role.
        may: what the role may do.
        ask: a request body to try, or None for the list of purposes.
    """

    title: str
    principal: str
    may: str
    ask: dict[str, Any] | None


def personas() -> list[Persona]:
    """The cast, with a request for each."""
    elder = {"subject": {"idno": ELDER_IDNO}}
    return [
        Persona(
            "网格员 grid worker",
            f"grid_worker:{FIRST_GRID}",
            "sees the basics of the own grid, visits elders; medical data needs the secretary",
            {**elder, "purpose": "VISIT", "fields": ["name", "ageband", "tel", "med.chronic"]},
        ),
        Persona(
            "民政窗口 civil affairs window",
            "department:civil_affairs@339999",
            "issues senior cards: name and identity number, never the children's phone numbers",
            {**elder, "purpose": "OLDCARD", "fields": ["name", "idno", "ec"]},
        ),
        Persona(
            "卫健 check-up desk",
            "department:health@339999",
            "asks whether a resident is 65 or receives aid: yes or no, not the values behind it",
            {**elder, "purpose": "EXAM"},
        ),
        Persona("社区书记 community secretary", f"secretary:{FIRST_GRID[:12]}", "visits, decides on approvals", None),
        Persona("窗口人员 clerk", f"clerk:{FIRST_GRID[:12]}", "issues senior cards at the counter, lists grids", None),
        Persona("老年食堂 canteen", "organisation:canteen01@339999", "is refused until the resident consents", None),
    ]


def prepare(path: Path, residents: int, seed: int) -> Directory:
    """Make and fill a data directory, or take up one that an earlier demonstration finished.

    Args:
        path: the data directory; the synthetic files go beside it.
        residents: how many people.
        seed: of chance; the same seed makes the same community.

    Raises:
        HubError: something there is not a finished demonstration of the same community.
    """
    directory, world = Directory(path), path.with_name(path.name + ".world")
    done = world / "imported.json"
    wanted = {"residents": residents, "seed": seed}
    if directory.store.exists() or directory.keys.exists():
        if done.is_file() and json.loads(done.read_text("utf-8")) == wanted:
            return directory
        remedy = f"choose another --data, or remove {path}, {directory.keys} and {world}"
        raise HubError(f"{path} holds something else; {remedy}")
    print(f"making {residents} synthetic residents …")
    write_world(world, residents, seed, lambda _done: None)
    create(path, generate_development_key())
    files = [(feed, world / f"{feed}.csv") for feed in FEEDS]
    for feed, counts in zip(FEEDS, ingest_together(path, files, lambda _bytes: None), strict=True):
        print(f"imported {feed}: created {counts.created}, updated {counts.updated}, rejected {counts.rejected}")
    with opened(path) as hub:
        appoint(hub.writer, hub.reader, read_appointments(read_text(world / "principals.csv")))
        put_on_record(hub.writer, read_filings(read_text(world / "filings.csv"), load()))
    done.write_text(json.dumps(wanted), "utf-8")
    return directory


def serve(directory: Directory, port: int) -> int:
    """Serve until interrupted, after saying what there is to try."""
    offer_personas(directory)
    with _Server(directory, port) as server:
        for persona in personas():
            print(f"\n{persona.title}: {persona.may}")
            print(f"  TOKEN={token(directory, persona.principal)}")
            print(f"  {_curl(server.url, persona)}")
        print(f"\nthe pages: {server.url}/    click on somebody and look around")
        print(f"the API: {server.url}/docs    the log's head: {server.url}/log/checkpoint    stop: Ctrl-C")
        sys.stdout.flush()
        return server.wait()


def walk(directory: Directory, port: int) -> int:
    """Walk the scenarios over HTTP, verify receipts and log, say what happened.

    Returns:
        0 where everything answered as promised, else 1.
    """
    with _Server(directory, port or _free_port()) as server:
        story = _Story(directory, server.url)
        story.tell("senior card: the window asks for name, identity number and the emergency contact")
        card = story.ask("department:civil_affairs@339999", ELDER_IDNO, "OLDCARD", ["name", "idno", "ec"])
        story.expect(card, given={"name", "idno"}, withheld={"ec": "not_in_purpose"})
        story.tell("home visit: the grid worker asks for the visit's fields and a diagnosis")
        worker = f"grid_worker:{FIRST_GRID}"
        visit = story.ask(worker, ELDER_IDNO, "VISIT", ["name", "ageband", "addr", "tel", "med.chronic"])
        story.expect(visit, given={"name", "ageband", "addr", "tel"}, withheld={"med.chronic": "approval_required"})
        story.tell("approval: the grid worker gives a reason, and may not decide; the secretary may, for 24 hours")
        secretary, diagnosis = f"secretary:{FIRST_GRID[:12]}", ["med.chronic"]
        wish = {"purpose": "VISIT", "fields": diagnosis, "reason": "随访前了解慢病", "duration": "PT24H"}
        asked = story.send(worker, "POST", "/v1/approvals", {"subject": {"idno": ELDER_IDNO}, **wish})
        approval = f"/v1/approvals/{asked['id']}"
        story.refused(story.send(worker, "POST", f"{approval}/decision", {"decision": "approve"}), ["self_approval"])
        decided = story.send(secretary, "POST", f"{approval}/decision", {"decision": "approve", "reason": "同意"})
        story.stands(decided, "approved")
        story.expect(story.ask(worker, ELDER_IDNO, "VISIT", diagnosis), given=set(diagnosis), withheld={})
        story.stands(story.send(secretary, "POST", f"{approval}/revocation", {}), "revoked")
        story.refused(story.ask(worker, ELDER_IDNO, "VISIT", diagnosis), ["approval_required"])
        story.tell("home visit: the same grid worker asks for somebody of another grid")
        story.refused(story.ask(worker, ELSEWHERE_IDNO, "VISIT", ["name"]), ["out_of_scope"])
        story.tell("her own view: the resident of 83 sees who asked for what, refusals included")
        story.own_view(_resident(directory), least=8)
        story.verify_receipts()
    story.verify_log()
    print("all as promised" if story.well else "NOT as promised, see above")
    return 0 if story.well else 1


class _Story:
    def __init__(self, directory: Directory, url: str) -> None:
        self._directory, self._url = directory, url
        self._receipts: list[dict[str, Any]] = []
        self.well = True

    def tell(self, text: str) -> None:
        print(f"\n{text}")

    def ask(self, principal: str, idno: str, purpose: str, fields: list[str]) -> dict[str, Any]:
        body = {"subject": {"idno": idno}, "purpose": purpose, "fields": fields}
        content = self.send(principal, "POST", "/v1/disclosures", body)
        self._receipts.append(content["receipt"])
        return content

    def send(self, principal: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token(self._directory, principal)}"}
        answer = httpx.request(method, f"{self._url}{path}", json=body, headers=headers, trust_env=False)
        content: dict[str, Any] = answer.json()
        return content

    def stands(self, approval: dict[str, Any], state: str) -> None:
        print(f"  {approval.get('state')} by {approval['decisions'][-1]['as']}")
        self._check(approval.get("state") == state)

    def own_view(self, resident: str, least: int) -> None:
        looked = self.send(resident, "GET", "/v1/me/accesses")
        items = [item for item in looked["items"] if item["kind"] in ("disclosure", "approval")]
        for item in items[:4]:
            told = ", ".join(item["fields"]) or ", ".join(item["reasons"])
            print(f"  {item['who']}  {item['purpose']}  {item['outcome']}: {told}")
        print(f"  and {len(items) - 4} more; {looked['total']['count']} entries are about her, none left out")
        self._check(len(items) >= least)

    def expect(self, answer: dict[str, Any], given: set[str], withheld: dict[str, str]) -> None:
        kept = {each["field"]: each["reason"] for each in answer.get("withheld", ())}
        for name, value in answer.get("fields", {}).items():
            print(f"  given    {name}: {value}")
        for name, reason in kept.items():
            print(f"  withheld {name}: {reason}")
        self._check(set(answer.get("fields", ())) == given and kept == withheld)

    def refused(self, answer: dict[str, Any], reasons: list[str]) -> None:
        print(f"  refused  {', '.join(answer.get('reasons', []))}")
        self._check(answer.get("reasons") == reasons)

    def verify_receipts(self) -> None:
        verifier = Verifier.parse(self._directory.log_key.read_text("ascii").strip())
        headers = {"Authorization": f"Bearer {token(self._directory, f'grid_worker:{FIRST_GRID}')}"}
        time.sleep(1)
        for receipt in self._receipts:
            answer = httpx.get(f"{self._url}/v1/receipts/{receipt['index']}", headers=headers, trust_env=False)
            try:
                verify_receipt(parse_receipt(json.dumps(receipt).encode()), answer.content, [verifier])
            except VerificationError as error:
                print(f"  receipt {receipt['index']}: {error}")
                self._check(False)
        print(f"\n{len(self._receipts)} receipts verified against the log's key")

    def verify_log(self) -> None:
        with opened(self._directory.path) as hub, hub.reader.view():
            fsck(hub.reader.db)
            print(f"the log verifies: {tree(hub.reader.db).size} entries, root recomputed from all of them")

    def _check(self, well: bool) -> None:  # noqa: FBT001 - the verdict is the argument
        self.well &= well
        if not well:
            print("  this is not what was promised")


class _Server:
    """A real server process, ended with the block."""

    def __init__(self, directory: Directory, port: int) -> None:
        self.url = f"http://{HOST}:{port}"
        command = [sys.executable, "-m", "hub.cli.main", "serve", str(directory.path), "--port", str(port)]
        self._process = subprocess.Popen(command, env=dict(os.environ))  # noqa: S603 - our own command

    def __enter__(self) -> Self:
        until = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise HubError("the server did not start; its own sentence stands above")
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False).is_success:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        self.__exit__()
        raise HubError("the server did not start in time")

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()

    def wait(self) -> int:
        return self._process.wait()


def offer_personas(directory: Directory) -> str:
    """Put the residents who have pages on record, and write down who may be signed in with a click.

    Returns:
        The principal of the elder.
    """
    there = residents(_manifest(directory))
    _appoint(directory, [each.principal for each in there])
    directory.personas.write_text(as_toml([*there, *staff()]), "utf-8")
    return there[0].principal


def _resident(directory: Directory) -> str:
    """The elder as a principal of her own, on record from now on."""
    [elder, *_] = residents(_manifest(directory))
    _appoint(directory, [elder.principal])
    return elder.principal


def _manifest(directory: Directory) -> dict[str, Any]:
    path = directory.path.with_name(directory.path.name + ".world") / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return manifest


def _appoint(directory: Directory, principals: list[str]) -> None:
    with opened(directory.path) as hub:
        appoint(hub.writer, hub.reader, [Appointment(parse_principal(each)) for each in principals])


def token(directory: Directory, principal: str) -> str:
    """A token of the development issuer for a principal."""
    return mint(directory.development_key.read_bytes(), parse_principal(principal), now=datetime.now(UTC))


def _curl(url: str, persona: Persona) -> str:
    if persona.ask is None:
        return f'curl -s -H "Authorization: Bearer $TOKEN" {url}/v1/purposes'
    body = json.dumps(persona.ask)
    return f"curl -s -H \"Authorization: Bearer $TOKEN\" -d '{body}' {url}/v1/disclosures"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
