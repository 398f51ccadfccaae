"""Load on a running hub, and what must hold of the log afterwards."""

import asyncio
import base64
import itertools
from collections import defaultdict
from contextlib import suppress

import httpx
import msgspec

from audit.entry import canonical, commitment
from audit.fsck import fsck
from audit.log import entry, latest_checkpoint
from audit.note import Verifier
from audit.proof import verify_proof
from hub.feeds.sealing import ALL_TIERS
from hub.store.sections import data_key
from hub.store.trail import unsealed
from tests.factories import CIVIL_AFFAIRS, GRID, GRID_WORKER, person


class Load:
    """Connections that ask one question after the other until the server is gone.

    Attributes:
        receipts: of every answer that arrived whole.
        statuses: how many answers there were of each status.
    """

    def __init__(self, server, people):
        self._server = server
        self._people = people
        self.receipts = []
        self.statuses = {}

    @property
    def answered(self):
        """How many answers have arrived."""
        return sum(self.statuses.values())

    async def run(self, connections, ending):
        """Ask from all connections while the coroutine `ending` runs, which ends the server."""
        asking = [asyncio.create_task(self._ask(number)) for number in range(connections)]
        try:
            await ending
        finally:
            await asyncio.gather(*asking)

    async def _ask(self, number):
        headers = self._server.installation.bearer(GRID_WORKER if number % 4 == 3 else CIVIL_AFFAIRS)
        with suppress(httpx.TransportError):
            async with httpx.AsyncClient(base_url=self._server.url, headers=headers, trust_env=False) as client:
                for turn in itertools.count(number):
                    path, body = self._question(number, turn)
                    self._note(await client.post(path, json=body))

    def _question(self, number, turn):
        if number % 4 == 3:
            return "/v1/residents/search", {"grid": GRID}
        # Now and then somebody who is not there, but too seldom to be slowed for it.
        first = self._people if turn % 50 == 0 else turn % (self._people - 3)
        subjects = [{"idno": person(first + step)["idno"]} for step in range(4)]
        if number % 4 == 2:
            return "/v1/disclosures/batch", {"subjects": subjects, "purpose": "OLDCARD"}
        return "/v1/disclosures", {"subject": subjects[0], "purpose": "OLDCARD", "fields": ["name", "idno", "ec"]}

    def _note(self, answer):
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        body = answer.json()
        self.receipts += [item["receipt"] for item in body.get("items", [body]) if "receipt" in item]


def check_log(installation, receipts, proofs=100):
    """The store opens, the log verifies, and everything answered is in it, under the signed checkpoint.

    Args:
        installation: nobody else writes to it.
        receipts: what callers hold.
        proofs: for how many of them the proof is checked, too; evenly spread.
    """
    with installation.opened():
        pass  # whoever closes signs what nobody has signed yet
    verifier = Verifier.parse(installation.directory.log_key.read_text("utf-8").strip())
    with installation.opened() as hub:
        fsck(hub.reader.db)
        origin = hub.directory.origin()
        for number, receipt in enumerate(receipts):
            stored = entry(hub.reader.db, receipt["index"])
            assert stored is not None
            assert stored.leaf == base64.b64decode(receipt["leaf"])
            assert stored.act == canonical(receipt["act"])
            if number % (len(receipts) // proofs + 1) == 0:
                proved = verify_proof(hub.reader.receipt(receipt["index"]), stored.leaf, [verifier], origin)
                assert proved.index == receipt["index"]
        assert hub.directory.checkpoint.read_bytes() == latest_checkpoint(hub.reader.db).note


def check_ordinals(installation):
    """Entries about each person are counted from one without a gap."""
    with installation.opened() as hub:
        about = hub.reader.db.execute("SELECT resident, entry FROM about ORDER BY entry").fetchall()
        counted = defaultdict(list)
        for resident, index in about:
            key = data_key(hub.ring, hub.reader.get(resident, ()).keys, "trail", ALL_TIERS)
            stored = entry(hub.reader.db, index)
            bound = commitment("act", stored.act_salt, stored.act)
            counted[resident].append(msgspec.json.decode(unsealed(stored.sealed, bound, key)[3])["ordinal"])
    assert counted
    assert all(ordinals == list(range(1, len(ordinals) + 1)) for ordinals in counted.values())
