"""A wish of a resident counts at once in every worker process."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.api.city import CANTEEN
from tests.factories import serving

PROMISED = 0.1
"""Seconds after which a change counts everywhere."""
ROUNDS = 6
CONNECTIONS = 8


@pytest.fixture
def town(untouched, tmp_path):
    copy = untouched.copy(tmp_path / "hub")
    copy.appoint(f"resident:{copy.cast['elder'].rid}")
    return copy


def test_a_wish_counts_in_every_worker_before_a_tenth_of_a_second_has_passed(town):
    elder = town.cast["elder"]
    body = {"subject": {"idno": elder.idno}, "purpose": "MEAL", "fields": ["name", "addr"]}
    with serving(town, workers=2) as server, server.client(f"resident:{elder.rid}") as resident:
        agreed = resident.post("/v1/me/consents", json={"purpose": "MEAL", "basis": "contract"})
        assert agreed.status_code == 201, agreed.text
        canteens = [server.client(CANTEEN) for _ in range(CONNECTIONS)]

        def shown(client):
            return sorted(client.post("/v1/disclosures", json=body).json()["fields"])

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            assert list(pool.map(shown, canteens)) == [["addr", "name"]] * CONNECTIONS
            for turn in count():
                visible = bool(turn % 2)
                rule = {"group": "contact", "audience": "organisation", "visible": visible}
                assert resident.put("/v1/me/visibility", json={"rules": [rule]}).status_code == 200
                time.sleep(PROMISED)
                expected = ["addr", "name"] if visible else ["name"]
                assert list(pool.map(shown, canteens)) == [expected] * CONNECTIONS, f"round {turn}"
                if turn == ROUNDS:
                    break
        for client in canteens:
            client.close()
