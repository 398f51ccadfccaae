"""The table clause → test → result that closes a run says the worst of what happened."""

from types import SimpleNamespace

from tests.clauses import note, table


def report(test, *clauses):
    return SimpleNamespace(nodeid=test, user_properties=[("clause", clause) for clause in clauses])


def test_of_several_results_the_worst_is_told():
    stats = {
        "passed": [report("tests/a.py::test_a[1]", "PIPL 31"), report("tests/a.py::test_a[2]", "PIPL 31")],
        "failed": [report("tests/a.py::test_a[3]", "PIPL 31")],
        "skipped": [report("tests/b.py::test_b", "PIPL 6", "PIPL 31")],
    }
    assert table(stats) == [
        ("PIPL 31", "tests/a.py::test_a", "failed"),
        ("PIPL 31", "tests/b.py::test_b", "skipped"),
        ("PIPL 6", "tests/b.py::test_b", "skipped"),
    ]


def test_reports_without_a_clause_are_left_out():
    assert table({"passed": [report("tests/a.py::test_a"), SimpleNamespace(nodeid="tests/c.py")]}) == []


def test_a_marked_test_brings_its_clauses_to_its_report():
    marker = SimpleNamespace(args=("PIPL 6", "PIPL 51"))
    item = SimpleNamespace(user_properties=[], iter_markers=lambda name: [marker] if name == "clause" else [])
    note([item])
    assert item.user_properties == [("clause", "PIPL 6"), ("clause", "PIPL 51")]
