"""Trust policies, c2sp.org/tlog-policy: which logs are trusted, and which witnesses must have seen a checkpoint.

A witness that has cosigned two trees of a log has seen one grow out of the other. Where a quorum of witnesses stands
behind every checkpoint, a log can show nobody another history without as many of them joining in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.cosignature import Cosigner
from audit.errors import VerificationError
from audit.note import Key, Verifier, verify
from audit.strict import decimal

NONE = "none"
"""The quorum that needs no witness."""

MAX_BYTES = 1 << 20
_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_SHORTEST, _LONGEST = 2, 3


@dataclass(frozen=True, slots=True)
class Log:
    """A trusted log: its key, whose name is its origin, and where it is, or an empty text."""

    key: Verifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its name within the policy, its key, and where it takes checkpoints, or an empty text."""

    name: str
    key: Cosigner
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group: it has seen a checkpoint if at least `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What makes a checkpoint acceptable.

    Attributes:
        logs: any one of them must have signed it.
        witnesses: whose cosignatures count.
        groups: in the order of their definition; members come before the groups that name them.
        quorum: the witness or group that must have seen it, or `NONE`.
    """

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    @property
    def keys(self) -> list[Key]:
        """The keys of all logs and witnesses."""
        return [*(log.key for log in self.logs), *(witness.key for witness in self.witnesses)]

    def check(self, data: bytes, origin: str | None = None) -> Checkpoint:
        """Open a checkpoint that a trusted log has signed and a quorum of witnesses has seen.

        Args:
            data: the signed note.
            origin: the log that is asked for; None for any of the policy's.

        Raises:
            VerificationError: malformed, not signed by the log, a bad signature by any known key, or too few
                witnesses.
        """
        checkpoint = verify_checkpoint(data, self.keys, origin)
        if not self.satisfied(self.seen_by(data)):
            raise VerificationError(f"the witnesses that have seen the checkpoint are no quorum of {self.quorum}")
        return checkpoint

    def seen_by(self, data: bytes) -> set[str]:
        """The names of the witnesses that have cosigned a checkpoint. Raises VerificationError as `note.verify`."""
        signed = {(signature.name, signature.key_id) for signature in verify(data, self.keys).signatures}
        return {witness.name for witness in self.witnesses if (witness.key.name, witness.key.key_id) in signed}

    def satisfied(self, names: set[str]) -> bool:
        """Whether these witnesses are a quorum."""
        seen = set(names)
        for group in self.groups:
            if len(seen.intersection(group.members)) >= group.threshold:
                seen.add(group.name)
        return self.quorum == NONE or self.quorum in seen


def parse_policy(data: bytes) -> Policy:
    """Read a policy file.

    Names are octets: they are compared as they are, whatever script they may be in.

    Raises:
        VerificationError: naming the line, where one is at fault.
    """
    if len(data) > MAX_BYTES:
        raise VerificationError("the policy is too large to be one")
    if _FORBIDDEN.search(data):
        raise VerificationError("the policy holds a control character")
    reading = _Reading()
    for number, line in enumerate(data.split(b"\n"), 1):
        words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[ \t]+", line.strip(b" \t")) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.line(words)
        except VerificationError as error:
            raise VerificationError(f"line {number} of the policy: {error}") from None
    return reading.policy()


def parse_trust(data: bytes) -> Policy:
    """Read what somebody trusts: a policy, or verifier keys alone, one on a line.

    With keys alone, logs are those of type Ed25519 and witnesses those of the cosignature type; none of these need
    have signed, but a bad cosignature by one is refused.

    Raises:
        VerificationError: neither.
    """
    lines = [line.strip() for line in data.split(b"\n")]
    if any(len(line.split()) > 1 for line in lines if not line.startswith(b"#")):
        return parse_policy(data)
    reading = _Reading()
    for line in lines:
        if line and not line.startswith(b"#"):
            reading.key(line.decode("utf-8", "surrogateescape"))
    if not reading.logs:
        raise VerificationError("the file of keys holds no log's")
    return Policy(tuple(reading.logs), tuple(reading.witnesses))


@dataclass(slots=True)
class _Reading:
    """A policy as far as it has been read."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def line(self, words: list[str]) -> None:
        keyword, *rest = words
        readers = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum}
        if keyword not in readers:
            raise VerificationError("it begins with none of log, witness, group and quorum")
        readers[keyword](rest)

    def key(self, text: str) -> None:
        try:
            self._log([text])
        except VerificationError as error:
            try:
                self._witness([text, text])
            except VerificationError:
                raise error from None

    def policy(self) -> Policy:
        if self.quorum is None:
            raise VerificationError("the policy has no quorum")
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _log(self, words: list[str]) -> None:
        if len(words) not in {1, 2}:
            raise VerificationError("a log has a key and perhaps a URL")
        log = Log(Verifier.parse(words[0]), "".join(words[1:]))
        if any(known.key.public == log.key.public for known in self.logs):
            raise VerificationError("another log has this key")
        self.logs.append(log)

    def _witness(self, words: list[str]) -> None:
        if len(words) not in {_SHORTEST, _LONGEST}:
            raise VerificationError("a witness has a name, a key and perhaps a URL")
        witness = Witness(words[0], Cosigner.parse(words[1]), "".join(words[2:]))
        if any(known.key.public == witness.key.public for known in self.witnesses):
            raise VerificationError("another witness has this key")
        self._define(witness.name)
        self.witnesses.append(witness)

    def _group(self, words: list[str]) -> None:
        if len(words) < _LONGEST:
            raise VerificationError("a group has a name, a threshold and members")
        name, threshold, *members = words
        self._enlist(members)
        counts = {"all": len(members), "any": 1}
        needed = counts[threshold] if threshold in counts else decimal(threshold, "threshold")
        if not 1 <= needed <= len(members):
            raise VerificationError("the threshold is not between one and the number of members")
        self._define(name)
        self.groups.append(Group(name, needed, tuple(members)))

    def _enlist(self, members: Sequence[str]) -> None:
        for member in members:
            if member not in self.names:
                raise VerificationError("a member is not defined before it is named")
            if member in self.members:
                raise VerificationError("a member is named more than once")
            self.members.add(member)

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1:
            raise VerificationError("a quorum is one name")
        if self.quorum is not None:
            raise VerificationError("there is a quorum already")
        if words[0] not in self.names | {NONE}:
            raise VerificationError("the quorum is not defined before it is named")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name == NONE or name in self.names:
            raise VerificationError("the name is reserved or taken")
        self.names.add(name)
