"""Long loads: many people found at once, and a writing connection prepared for many rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from hub.model.tier import Tier
from hub.store.among import among
from hub.store.sections import SealedFile
from hub.store.sqlcipher import MOST_PAGES, SqlcipherReader, reading

_CACHE_KIB = 64 * 1024


class BulkReader(SqlcipherReader):
    """A reader that also finds many people with one question; see `SqlcipherReader`."""

    @reading
    def find_all(self, tokens: Sequence[bytes], tiers: Sequence[Tier]) -> dict[bytes, SealedFile]:
        """The sealed files that blind index tokens lead to, by token; those that lead nowhere are left out."""
        columns = "".join(f", f.{tier}" for tier in tiers)
        source = "FROM lookup l JOIN file f USING (resident) JOIN keys.data_key k USING (resident)"
        # Column names are members of `Tier`; tokens are bound.
        query = f"SELECT l.token, f.resident, k.wrapped{columns} {source} WHERE l.token IN "
        rows = self._among(query, tokens)
        return {row[0]: SealedFile(row[1], row[2], dict(zip(tiers, row[3:], strict=True))) for row in rows}

    @reading
    def known(self, tokens: Sequence[bytes]) -> set[bytes]:
        """Those of the tokens that lead to somebody."""
        return {row[0] for row in self._among("SELECT token FROM lookup WHERE token IN ", tokens)}

    def _among(self, query: str, tokens: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        with self.view():
            yield from among(self.db, query, tokens)


def tune_for_bulk(db: Any) -> None:
    """Prepare a connection for a long load.

    Tokens are random, so that every batch touches most pages of their index: written back rarely, each goes once for
    many batches, and a cache that holds them all spares reading them again.
    """
    db.execute(f"PRAGMA wal_autocheckpoint = {MOST_PAGES}")
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
