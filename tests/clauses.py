"""The table clause → test → result that closes a run: which article of law each rule follows, and whether it holds."""

from collections import defaultdict

PROPERTY = "clause"
_WORSE_FIRST = ("failed", "error", "passed", "skipped", "xfailed")


def note(items):
    """Write the clauses of collected tests into their reports, which reach the controller from every worker."""
    for item in items:
        for marker in item.iter_markers(PROPERTY):
            item.user_properties += [(PROPERTY, clause) for clause in marker.args]


def table(stats):
    """The rows of the table.

    Args:
        stats: outcome to reports, as the terminal reporter gathers them.

    Returns:
        Clause, test without its parameters, and result; of several results the worst.
    """
    found = defaultdict(set)
    for outcome in _WORSE_FIRST:
        for report in stats.get(outcome, ()):
            for name, clause in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    found[clause, report.nodeid.partition("[")[0]].add(outcome)
    worst = {key: min(outcomes, key=_WORSE_FIRST.index) for key, outcomes in found.items()}
    return [(*key, result) for key, result in sorted(worst.items())]


def show(reporter):
    """Print the table, where any test of the run follows a clause."""
    rows = table(reporter.stats)
    if not rows:
        return
    reporter.section("clause -> test -> result")
    before = ""
    for clause, test, result in rows:
        if clause != before:
            reporter.write_line(clause)
        before = clause
        reporter.write_line(f"    {result:<8} {test.removeprefix('tests/')}", red=result in ("failed", "error"))
