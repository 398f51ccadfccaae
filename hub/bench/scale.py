"""How much is measured: the counts that targets speak of, and small ones to see that everything runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The counts of one run.

    Attributes:
        residents: people in the store whose disclosures are counted.
        small: people in the store that the large one is compared with.
        large: people in the large store.
        imported: people in the feeds that are imported.
        connections: how many connections ask at once.
        rounds: how often yardstick and subject take turns.
        seconds: how long one turn of load lasts.
        imports: how often the feeds are imported.
        starts: how often a server is started.
        decisions: how many requests are decided.
        searched_small: entries of the trail that a large trail is compared with.
        searched_large: entries of the large trail that is searched, opened, proved from and looked at by supervision.
        published: entries of the log that is rebuilt.
        rules: visibility rules among the terms of `residents`.
        consents: consents among them.
        approvals: approvals among them that wait or are in force.
        visits: how often each page is asked for.
        changes: how often somebody changes what they wished, and an approval is revoked.
    """

    residents: int = 100_000
    small: int = 10_000
    large: int = 200_000
    imported: int = 100_000
    connections: int = 64
    rounds: int = 5
    seconds: float = 3.0
    imports: int = 3
    starts: int = 7
    decisions: int = 20_000
    searched_small: int = 10_000
    searched_large: int = 1_000_000
    published: int = 2_000_000
    rules: int = 1_000_000
    consents: int = 1_000_000
    approvals: int = 100_000
    changes: int = 20
    visits: int = 100


FULL = Scale()
MILLION = Scale(large=1_000_000, searched_large=10_000_000)
QUICK = Scale(
    residents=2000,
    small=500,
    large=4000,
    imported=1000,
    rounds=2,
    seconds=0.8,
    imports=1,
    starts=2,
    decisions=2000,
    searched_small=500,
    searched_large=4000,
    published=2000,
    rules=20_000,
    consents=20_000,
    approvals=2000,
    changes=2,
    visits=5,
)
