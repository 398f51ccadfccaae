"""What a change of rules changes, line by line, and whether it does nothing but narrow.

Narrowing is told by a strict partial order: a line says `narrows` only where the new rules provably permit nothing
that the old ones refused. Whatever is not known to be narrower widens, or changes something else; both need two people.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO

from hub.identity.issuers import Issuer
from hub.identity.sign_in_settings import SignInSettings
from hub.model.tier import Tier
from hub.policy.snapshot import Snapshot
from hub.policy.tiers import Tiers
from hub.rules.line import Line, changes, narrows, of_sets, widens
from hub.rules.purposes import of_purposes
from hub.rules.strictness import at_least_as_strict
from hub.rules.texts import SIGN_IN, Rules, Texts

_UNENDED = "\n\\ No newline at end of file\n"
"""Behind a last line without a line break, as in every unified difference: what follows begins a line of its own."""


def differences(old: Rules, new: Rules, marks: frozenset[str] = frozenset()) -> tuple[Line, ...]:
    """Everything that the new rules do otherwise; nothing where only comments and the like differ.

    Args:
        old: the rules in force.
        new: those that shall be.
        marks: of every version of a purpose that was ever in force.
    """
    lines = [
        *_revived(old.policies, new.policies, marks),
        *of_purposes(old.policies, new.policies),
        *_tiers(old.policies.tiers, new.policies.tiers),
        *_issuers(old.issuers, new.issuers),
    ]
    lines += _sign_in(old.sign_in, new.sign_in)
    if old.sign_in == new.sign_in and old.texts.get(SIGN_IN) != new.texts.get(SIGN_IN):
        lines.append(changes("sign-in: where the client's secret lies, or remarks"))
    if old.retention != new.retention:
        shown = f"the trail is kept for {new.retention.trail.days} days at least, before {old.retention.trail.days}"
        lines.append(narrows(shown) if new.retention.trail > old.retention.trail else widens(shown))
    if old.deadlines != new.deadlines:
        lines.append(changes("the calendar, or the days within which filings are answered"))
    return tuple(lines)


def _revived(old: Snapshot, new: Snapshot, marks: frozenset[str]) -> Iterator[Line]:
    """Approvals and consents are bound to a purpose as it was: where it is so again, they count again."""
    for name in sorted(old.purposes.keys() & new.purposes.keys()):
        if new.marks[name] != old.marks[name] and new.marks[name] in marks:
            yield widens(f"purpose {name}: is again as it was once; approvals and consents of that time count again")


def unified(old: Texts, new: Texts) -> list[tuple[str, str]]:
    """Path and unified difference of each text that is not as it was."""
    found = []
    for path in sorted({*old, *new}):
        before, after = old.get(path, ""), new.get(path, "")
        if before != after:
            lines = difflib.unified_diff(_lines(before), _lines(after), path, path, n=2)
            found.append((path, "".join(line if line.endswith("\n") else f"{line}{_UNENDED}" for line in lines)))
    return found


def _lines(text: str) -> list[str]:
    """The lines of a text, ended by line feeds alone: whatever else looks like an end stays within its line."""
    return list(StringIO(text, newline="\n"))


def _tiers(old: Tiers, new: Tiers) -> Iterator[Line]:
    for tier in Tier:
        before, after = old.get(tier), new.get(tier)
        if before is None or after is None or before is after:
            continue
        text = f"tier {tier}: needs at least approval {after}, before {before}"
        yield narrows(text) if at_least_as_strict(after, before) else widens(text)


def _issuers(old: Sequence[Issuer], new: Sequence[Issuer]) -> Iterator[Line]:
    before, after = ({each.issuer: each for each in issuers} for issuers in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield widens(f"issuer {name}: is new, for {', '.join(sorted(after[name].roles))}")
        elif name not in after:
            yield narrows(f"issuer {name}: is dropped")
        else:
            yield from _issuer(before[name], after[name])


def _sign_in(old: SignInSettings | None, new: SignInSettings | None) -> Iterator[Line]:
    if old == new:
        return
    if new is None:
        yield narrows("sign-in: nobody vouches for people at the pages")
    elif old is None:
        yield widens(f"sign-in: {new.issuer} vouches for people at the pages, for {', '.join(sorted(new.roles))}")
    else:
        yield from of_sets("sign-in, roles", old.roles, new.roles)
        if replace(old, roles=new.roles) != new:
            yield widens("sign-in: another provider, address, algorithm or claim")


def _issuer(old: Issuer, new: Issuer) -> Iterator[Line]:
    what = f"issuer {old.issuer}"
    yield from of_sets(f"{what}, roles", old.roles, new.roles)
    for member in ("audience", "algorithm", "jwks_uri"):
        if getattr(old, member) != getattr(new, member):
            yield widens(f"{what}: another `{member}`")
    if old.keys == new.keys:
        return
    # A key may be withdrawn; one that is exchanged under its name is another key.
    kept = all(old.keys.get(kid) == key for kid, key in new.keys.items())
    yield narrows(f"{what}: fewer pinned keys") if kept and new.keys else widens(f"{what}: other pinned keys")
