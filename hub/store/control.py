"""The control section: what decisions must know of a person, as compact data.

Each kind of terms is packed on its own, records of one shape with their names said once. Whoever decides about a read
opens the kinds that bear on it and no others, however much a person has agreed to and wished.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hub.model.subject import Facts
from hub.model.terms import Terms

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


class _Packed(Mapping[str, Any]):
    """Terms as they lie in a section; a kind is unpacked when somebody asks for it."""

    __slots__ = ("_unpacked", "packed")

    def __init__(self, packed: dict[str, bytes]) -> None:
        self.packed = packed
        self._unpacked: dict[str, Any] = {}

    def __getitem__(self, kind: str) -> Any:
        if kind not in self._unpacked:
            names, said = _unpack(self.packed[kind])
            self._unpacked[kind] = said if names is None else [dict(zip(names, row, strict=True)) for row in said]
        return self._unpacked[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in self.packed

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)


def content_of(facts: Facts) -> dict[str, Any]:
    """What the control section holds of facts; most people have no terms."""
    content: dict[str, Any] = {"rid": facts.rid, "grid": facts.grid, "born": facts.born, "life": facts.life}
    return content | {"terms": _packed(facts.terms)} if facts.terms else content


def facts_in(content: Mapping[str, Any]) -> Facts:
    """What `content_of` made of facts."""
    facts = Facts(**content)
    return facts._replace(terms=_Packed(content["terms"])) if "terms" in content else facts


def _packed(terms: Terms) -> dict[str, bytes]:
    return terms.packed if isinstance(terms, _Packed) else {kind: _pack(_table(said)) for kind, said in terms.items()}


def _table(said: Any) -> tuple[list[str] | None, Any]:
    """Records of one shape as their names and rows of what they say; anything else as it is, under no names."""
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        return None, said
    shapes = {tuple(each) for each in said}
    if len(shapes) != 1:
        return None, said
    return list(shapes.pop()), [list(each.values()) for each in said]
