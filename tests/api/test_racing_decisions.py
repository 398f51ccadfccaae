"""Sixteen people decide about one approval at the same time, over two processes: exactly one of them does."""

import asyncio

import httpx
import pytest

from tests.api.city import FIRST_GRID, GRID_WORKER, SECRETARY

RACERS = 16
SECRETARIES = [f"secretary:{FIRST_GRID[:12]}#racer{number}" for number in range(RACERS)]


@pytest.fixture
def racing(untouched, tmp_path, serve):
    """A city of its own with sixteen secretaries, and two processes that serve it."""
    city = untouched.copy(tmp_path / "racing")
    city.appoint(*SECRETARIES)
    return city, serve(city, workers=2)


async def rounds(city, server, count):
    """What the racers of each round are told, and what the approval is afterwards."""
    limits = httpx.Limits(max_connections=RACERS, max_keepalive_connections=RACERS)
    held = {who: city.bearer(who) for who in (GRID_WORKER, SECRETARY, *SECRETARIES)}
    people = city.adults(FIRST_GRID)
    body = {"purpose": "VISIT", "fields": ["med.chronic"], "reason": "随访", "duration": "PT1H"}
    outcomes = []
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60, trust_env=False) as client:
        for number in range(count):
            about = {"subject": {"idno": people[number % len(people)]}}
            asked = await client.post("/v1/approvals", json=body | about, headers=held[GRID_WORKER])
            name = asked.json()["id"]
            path = f"/v1/approvals/{name}/decision"
            decisions = ["approve" if racer % 2 else "deny" for racer in range(RACERS)]
            answers = await asyncio.gather(
                *(
                    client.post(path, json={"decision": decision}, headers=held[who])
                    for who, decision in zip(SECRETARIES, decisions, strict=True)
                )
            )
            ended = await client.post(f"/v1/approvals/{name}/revocation", headers=held[SECRETARY])
            outcomes.append((answers, ended))
    return outcomes


def test_exactly_one_of_sixteen_wins(racing, times):
    city, server = racing
    for answers, ended in asyncio.run(rounds(city, server, times(100, 1000))):
        won = [answer.json() for answer in answers if answer.status_code == 200]
        lost = [answer.json() for answer in answers if answer.status_code != 200]
        assert len(won) == 1
        assert [each["reasons"] for each in lost] == [["already_decided"]] * (RACERS - 1)
        assert len(won[0]["decisions"]) == 1
        approved = won[0]["state"] == "approved"
        assert ended.status_code == (200 if approved else 409), "the winner's word stands, and no other's"
        if approved:
            assert [each["by"] for each in ended.json()["decisions"]] == [won[0]["decisions"][0]["by"]]
