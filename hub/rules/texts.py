"""The rules as texts: policies, who vouches for callers, deadlines, retention; read in one pass, named by one digest.

A set of rules is what decides who may see what: `policies/…`, `issuers.toml`, `sign_in.toml`, `calendar.toml`,
`retention.toml`. It is kept, compared and approved as these texts, and nothing is served but what they say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import OperatorError
from hub.identity.development import development_issuer
from hub.identity.issuers import Issuer, read_issuers
from hub.identity.sign_in_settings import SignInSettings, read_sign_in
from hub.policy.deadlines import Deadlines, read_deadlines
from hub.policy.engine import PolicyError, Snapshot, load_texts
from hub.policy.retention import Retention, read_retention
from hub.policy.sources import POLICIES, digest_of, policies_directory, read_sources
from hub.store.directory import Directory

ISSUERS, SIGN_IN, CALENDAR, RETENTION = "issuers.toml", "sign_in.toml", "calendar.toml", "retention.toml"
_BESIDE = (ISSUERS, SIGN_IN, CALENDAR, RETENTION)
MOST_BYTES = 1 << 20
_PREFIX = f"{POLICIES}/"

Texts = Mapping[str, str]
"""Path to content, line ends always line feeds."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A set of rules, compiled.

    Attributes:
        digest: SHA-256 in hex over all texts: names the set.
        texts: what it was compiled from.
        policies: the catalogue and who may read what.
        issuers: who may vouch for callers.
        sign_in: who vouches for people at the pages, without the client's secret; None for nobody.
        deadlines: by when decisions are due.
        retention: how long the trail is kept at least.
    """

    digest: str
    texts: Texts = field(repr=False)
    policies: Snapshot = field(repr=False)
    issuers: tuple[Issuer, ...] = field(repr=False)
    sign_in: SignInSettings | None = field(repr=False)
    deadlines: Deadlines = field(repr=False)
    retention: Retention = field(repr=False)


def rules_from(texts: Texts, *, development: bool = True) -> Rules:
    """Compile a set of rules, strictly.

    Args:
        texts: by path.
        development: whether sign-in by plain http on the loopback will do. What is on record was looked at when it
            came there, so it is only said of what is to come there.

    Raises:
        OperatorError: one text is wrong, or none of a set of rules; `PolicyError` with every problem of the policies.
    """
    if sum(len(text.encode()) for text in texts.values()) > MOST_BYTES:
        raise OperatorError(f"a set of rules has at most {MOST_BYTES} bytes")
    policies = {path.removeprefix(_PREFIX): text for path, text in texts.items() if path.startswith(_PREFIX)}
    if strangers := [path for path in texts if not path.startswith(_PREFIX) and path not in _BESIDE]:
        known = ", ".join(f"`{name}`" for name in (f"{_PREFIX}…", *_BESIDE))
        raise OperatorError(f"`{min(strangers)}` is no file of rules; they are {known}")
    return Rules(
        digest=digest_of(texts),
        texts=texts,
        policies=load_texts(policies),
        issuers=read_issuers(texts.get(ISSUERS, ""), ISSUERS),
        sign_in=read_sign_in(texts.get(SIGN_IN, ""), development=development, complete=False),
        deadlines=read_deadlines(texts.get(CALENDAR, ""), CALENDAR),
        retention=read_retention(texts.get(RETENTION, ""), RETENTION),
    )


def trusted(directory: Directory, rules: Rules) -> tuple[Issuer, ...]:
    """Who may vouch for callers: the issuers of the rules, and the development issuer of a development directory."""
    if not directory.is_development:
        return rules.issuers
    return (*rules.issuers, development_issuer(directory.development_key.read_bytes()))


def read_texts(directory: Directory, policies: Path | None = None) -> Texts:
    """Read the files as they lie on the disk.

    Args:
        directory: the data directory, with the other files where there are any.
        policies: the directory of policies; the hub's own where left out.

    Raises:
        OperatorError: one cannot be read.
    """
    folder = policies or policies_directory()
    sources, problems = read_sources(folder)
    if problems:
        raise PolicyError(folder, problems)
    texts = {f"{_PREFIX}{path}": source.text for path, source in sources.items()}
    for path in (directory.path / name for name in _BESIDE):
        try:
            texts[path.name] = path.read_bytes().decode().replace("\r\n", "\n")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise OperatorError(f"`{path.name}` cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise OperatorError(f"`{path.name}` is not UTF-8") from None
    return dict(sorted(texts.items()))
