"""Wiring: store, policies, identity and routes; no logic."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope

from hub.access.flow import Road
from hub.access.standing import Standing
from hub.api import (
    accesses,
    approvals,
    audit,
    audit_log,
    cases,
    consents,
    deferrals,
    disclosures,
    documentation,
    emergencies,
    explanations,
    filings,
    mandates,
    me,
    merges,
    namings,
    newcomers,
    observations,
    operations,
    orders,
    own_file,
    privacy,
    purposes,
    requests,
    residents,
    rosters,
    rules,
    trail,
)
from hub.api.front import Front
from hub.api.problems import problem_reply
from hub.api.reply import Reply
from hub.errors import Reason, TrailUnavailable
from hub.identity.tokens import Verifier
from hub.model.instant import now_utc
from hub.notices.gateway import load_gateway
from hub.notices.sending import send_always
from hub.rights.retention import finish as finish_retention
from hub.rules.starting import Follower, rules_at_start
from hub.rules.texts import SIGN_IN, Rules, trusted
from hub.store.changes import Changes
from hub.store.directory import Directory, open_keyring
from hub.store.erasure import finish_erasures
from hub.store.installation import open_writer, signer
from hub.store.lane import Lane
from hub.store.runs import Run
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail_index import TrailIndex, follow
from hub.store.turn import Turn
from hub.store.witnesses import await_witnesses, load_witnesses
from hub.store.witnessing import witness_always
from hub.telemetry.logging import set_up
from hub.telemetry.settings import telemetry_settings
from hub.web import files
from hub.web.nowhere import no_such_page, wants_page
from hub.web.routing import page_routes
from hub.web.site import load_site, renewed_site

DIRECTORY_VARIABLE = "HUB_DIRECTORY"
_KEYS_RENEWED_EVERY = 600.0
_MODULES = (
    disclosures,
    residents,
    purposes,
    approvals,
    rosters,
    emergencies,
    orders,
    observations,
    newcomers,
    merges,
    filings,
    cases,
    namings,
    me,
    consents,
    mandates,
    own_file,
    privacy,
    explanations,
    requests,
    deferrals,
    trail,
    accesses,
    audit,
    audit_log,
    rules,
    operations,
)


def create_app(directory: Directory) -> Front:
    """The application over a data directory.

    Args:
        directory: an initialised one; its store is opened when serving starts.

    Raises:
        OperatorError: the gateway's file is wrong.
    """
    gateway = load_gateway(directory)

    @asynccontextmanager
    async def lifespan(front: Front) -> AsyncIterator[None]:
        front.open()
        ring = open_keyring(directory)
        witnesses = load_witnesses(directory, signer(directory, ring).verifier)
        writer = open_writer(directory, ring)
        writer.run([lambda tx: await_witnesses(tx, wanted=witnesses is not None)])
        lane = Lane(writer, directory.origin(), time.monotonic)
        reader = SqlcipherReader(directory, ring)
        standing_rules, held = rules_at_start(directory, writer, reader, ring)
        verifier = Verifier(trusted(directory, standing_rules))
        policies, follower = (
            standing_rules.policies,
            Follower(directory, reader, held, _adopting(front, directory, verifier)),
        )
        standing = Standing(reader, follower.refresh)
        run = Run(directory)
        run.begin(writer, policies.digest, policies.relaxed(), standing_rules.digest)
        finish_erasures(writer, reader, now_utc())
        finish_retention(writer, ring, now_utc())
        trail_index = TrailIndex(directory, ring)
        turn = Turn(reader, Changes(directory.changes), standing.refresh)
        road = Road(reader, ring, lane, policies, verifier, standing, turn, now_utc, front.meter, trail_index)
        road.deadlines = standing_rules.deadlines
        road.sends = gateway is not None
        road.synthetic_only = directory.is_development
        front.road = road
        front.vocabulary.name_purposes(policies.purposes)
        front.carried["site"] = load_site(directory, standing_rules.texts.get(SIGN_IN, ""), front.is_page)
        # What start-up made lives as long as the process: looking through it for garbage would only cost pauses.
        gc.freeze()
        gc.enable()
        gc.set_threshold(50_000, 50, 50)
        tasks = [asyncio.create_task(_renew_keys(verifier)), asyncio.create_task(follow(trail_index))]
        tasks.append(asyncio.create_task(front.failures.record_always(lane)))
        if witnesses is not None:
            tasks.append(asyncio.create_task(witness_always(directory, witnesses, ring, lane)))
        if gateway is not None:
            tasks.append(asyncio.create_task(send_always(directory, gateway, ring, lane, now_utc)))
        yield
        for task in tasks:
            task.cancel()
        turn.end()
        await _stop(run, front, lane)
        lane.close()
        trail_index.close()
        reader.close()
        front.close()

    described = (*_MODULES, documentation)
    routes = [*(each for module in described for each in module.routes.declared), *page_routes(), *files.routes]
    return Front(lifespan, routes, _describe, _missing, telemetry_settings(os.environ))


def create_app_from_environment() -> Front:
    """The application for a worker process, which learns its data directory from the environment."""
    front = create_app(Directory(Path(os.environ[DIRECTORY_VARIABLE])))
    set_up(front.vocabulary)
    return front


def _adopting(front: Front, directory: Directory, verifier: Verifier) -> Callable[[Rules], None]:
    """What a process does with rules that have come into force."""

    def adopt(fresh: Rules) -> None:
        # What is under way and was not decided yet is decided by them.
        road = front.road
        road.policies, road.deadlines = fresh.policies, fresh.deadlines
        verifier.trust(trusted(directory, fresh))
        front.vocabulary.name_purposes(fresh.policies.purposes)
        front.carried["site"] = renewed_site(front.carried["site"], fresh.texts.get(SIGN_IN, ""))

    return adopt


async def _stop(run: Run, front: Front, lane: Lane) -> None:
    """Record the end; where that fails, the next start finds that it was not."""
    try:
        await front.failures.record(lane, [run.stopped()])
    except TrailUnavailable:
        run.end(recorded=False)
    else:
        run.end(recorded=True)


async def _renew_keys(verifier: Verifier) -> None:
    """Fetch issuers' keys anew from time to time, so that a withdrawn key stops working."""
    while True:
        await asyncio.sleep(_KEYS_RENEWED_EVERY)
        await verifier.refresh(now_utc())


def _describe() -> ASGIApp:
    from hub.api.describing import describe  # noqa: PLC0415 - FastAPI and all shapes: a third of a start without them

    return describe(module.__name__.rpartition(".")[2] for module in _MODULES)


async def _missing(road: Road, scope: Scope, receive: Receive) -> Reply:
    """There is nothing at this path: a page for a browser, a problem for everybody else."""
    if wants_page(scope):
        return await no_such_page(road, scope, receive)
    return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
