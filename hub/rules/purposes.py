"""What two versions of the catalogue do differently, purpose by purpose."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields as members_of

from hub.model.purpose import Purpose
from hub.policy.engine import PlannedField, Snapshot
from hub.rules.line import Line, changes, narrows, of_sets, widens
from hub.rules.strictness import at_least_as_strict, at_most_as_lasting, at_most_as_long, at_most_as_many

_BY_PLAN = frozenset({"id", "requesters", "fields", "on_approval"})
"""What the plans tell: which fields each requester sees, and with whose approval."""


def of_purposes(old: Snapshot, new: Snapshot) -> Iterator[Line]:
    """The lines of two catalogues."""
    for name in sorted(old.purposes.keys() | new.purposes.keys()):
        before, after = old.purposes.get(name), new.purposes.get(name)
        if before is None:
            yield from _added(new, name)
        elif after is None:
            yield narrows(f"purpose {name}: is dropped")
        else:
            yield from _plans(old, new, name)
            yield from _members(before, after)
            if (old.texts.get(name)) != new.texts.get(name):
                yield changes(f"purpose {name}: what residents read before they agree")
    yield from _denials(old, new)


def _added(new: Snapshot, name: str) -> Iterator[Line]:
    purpose = new.purposes[name]
    yield widens(
        f"purpose {name}: is new, for {_named(purpose.requesters)}, with {_named(purpose.fields) or 'no field'}"
    )
    if purpose.on_approval:
        yield widens(f"purpose {name}: {_named(purpose.on_approval)} on approval")


def _plans(old: Snapshot, new: Snapshot, name: str) -> Iterator[Line]:
    before, after = old.purposes[name].requesters, new.purposes[name].requesters
    yield from of_sets(f"purpose {name}, requesters", before, after)
    said: dict[Line, list[str]] = {}
    for requester in sorted(before & after):
        planned, plan = old.plan(name, requester), new.plan(name, requester)
        for key in dict.fromkeys((*planned, *plan)):
            for line in _planned(key, planned.get(key), plan.get(key)):
                said.setdefault(line, []).append(requester)
        if old.bases(name, requester) != new.bases(name, requester):
            said.setdefault(widens("other legal bases, or in another order"), []).append(requester)
    for line, requesters in said.items():
        everybody = set(requesters) == before & after
        whom = "" if everybody else f", {_named(requesters)}"
        yield Line(line.effect, f"purpose {name}{whom}: {line.text}")


def _planned(key: str, old: PlannedField | None, new: PlannedField | None) -> Iterator[Line]:
    if old is None and new is not None:
        yield widens(f"adds `{key}`, approval {new.approval}")
    elif new is None:
        yield narrows(f"takes away `{key}`")
    elif old is not None and (old.approval is not new.approval or old.tier is not new.tier):
        stricter = old.tier is new.tier and at_least_as_strict(new.approval, old.approval)
        text = f"`{key}` needs approval {new.approval}, before {old.approval}"
        yield narrows(text) if stricter else widens(text)


_NARROWER: dict[str, Callable[[Purpose, Purpose], bool]] = {
    "approval": lambda old, new: at_least_as_strict(new.approval, old.approval),
    "reason_required": lambda _old, new: new.reason_required,
    "retention": lambda old, new: at_most_as_long(new.retention, old.retention),
    "longest": lambda old, new: at_most_as_lasting(new.longest, old.longest),
    "reads": lambda old, new: at_most_as_many(new.reads, old.reads),
    "relaxed": lambda old, new: set(new.relaxed) <= set(old.relaxed),
    "masks": lambda old, new: all(new.masks.get(key) == mask for key, mask in old.masks.items() if key in _keys(new)),
}
"""By member of a purpose, whether another value of it permits no more. A member that is not here is never narrower."""
_WORDS = {
    "approval": "approval",
    "reason_required": "whether a reason is required",
    "retention": "how long an answer may be kept",
    "longest": "how long an approval may last",
    "reads": "how often an approval may be used",
    "relaxed": "tiers that do without their approval",
    "masks": "masks",
    "basis": "legal bases",
    "service": "the service it needs",
}
_PERMITTING = frozenset(_NARROWER) | {"basis", "service"}


def _members(old: Purpose, new: Purpose) -> Iterator[Line]:
    for member in (each.name for each in members_of(Purpose) if each.name not in _BY_PLAN):
        before, after = getattr(old, member), getattr(new, member)
        if before == after:
            continue
        text = f"purpose {old.id}: {_WORDS.get(member, member)}, {_shown(before)} becomes {_shown(after)}"
        narrower = _NARROWER.get(member)
        if narrower is not None and narrower(old, new):
            yield narrows(text)
        else:
            yield widens(text) if member in _PERMITTING else changes(text)


def _denials(old: Snapshot, new: Snapshot) -> Iterator[Line]:
    """Rows that keep a purpose from growing; those of a purpose that is dropped go with it."""
    kept = {question for question in old.denied if question.purpose in new.purposes}
    for question in sorted(new.denied - old.denied):
        yield narrows(f"purpose {question.purpose}: `{question.requester}` may never be given {question.tier} data")
    for question in sorted(kept - new.denied):
        yield widens(
            f"purpose {question.purpose}: that `{question.requester}` may never be given {question.tier} data ends"
        )


def _keys(purpose: Purpose) -> tuple[str, ...]:
    return (*purpose.fields, *purpose.on_approval)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in sorted(value.items())) or "nothing"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value) or "nothing"
