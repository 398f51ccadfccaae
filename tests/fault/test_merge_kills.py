"""kill -9 while two files are merged and taken apart: there are two or there is one, and the log accounts for it."""

import random
import threading
import time
from contextlib import suppress

import httpx

from hub.feeds.sealing import ALL_TIERS, OpenedSections, open_facts
from hub.model.merge import STANDING, is_tied, merged_into
from hub.model.tier import Tier
from hub.store.tokens import idno_token
from tests.factories import GRID_WORKER, Installation, Server, person

POLICE = "department:police@339999"
ONE, OTHER = person(1), person(2, tel="15400007777")


def merge_and_separate(server):
    """One round after the other until the server is gone."""
    body = {"subject": {"idno": ONE["idno"]}, "duplicate": {"idno": OTHER["idno"]}, "reason": "同一人"}
    yes = {"decision": "approve", "reason": "已核"}
    with suppress(httpx.TransportError), server.client(GRID_WORKER) as staff, server.client(POLICE) as register:
        for item in register.get("/v1/merges").json()["items"]:
            _separate(staff, register, item["id"], yes)
        while True:
            name = staff.post("/v1/merges", json=body).json()["id"]
            register.post(f"/v1/merges/{name}/decision", json=yes)
            _separate(staff, register, name, yes)


def _separate(staff, register, name, yes):
    staff.post(f"/v1/merges/{name}/separation", json={"reason": "有误"})
    register.post(f"/v1/merges/{name}/separation/decision", json=yes)


def held(hub, row):
    sealed = hub.reader.find(idno_token(hub.ring, row["idno"]), tuple(Tier))
    return dict(OpenedSections(hub.ring, sealed, ALL_TIERS)), open_facts(hub.ring, sealed), sealed.resident


def test_there_are_two_files_or_one_whenever_the_power_ends(tmp_path, times):
    hub = Installation.create(tmp_path / "hub")
    hub.import_rows("police", [ONE, OTHER], tmp_path)
    hub.appoint(GRID_WORKER, POLICE)
    with hub.opened() as store:
        apart = held(store, ONE)[0], held(store, OTHER)[0]
    chance = random.Random(4)
    for _ in range(times(5, 80)):
        server = Server(hub)
        working = threading.Thread(target=merge_and_separate, args=(server,))
        working.start()
        time.sleep(chance.uniform(0.05, 0.35))
        server.kill()
        working.join()
        with hub.opened() as store:
            (one, facts, kept), (other, theirs, _) = held(store, ONE), held(store, OTHER)
            standing = [row.id for row in store.reader.control("merge") if row.body["state"] in STANDING]
            assert (merged_into(theirs.terms) == kept) == bool(standing) == is_tied(facts.terms)
            assert standing or (one, other) == apart
            assert store.reader.damaged() + store.reader.damaged_files(9) == []
    assert other == apart[1], "the file that is given up stays as it is"
