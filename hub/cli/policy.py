"""`hub policy check`: load policies strictly, print every problem, and hold the snapshot against stock Casbin."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.policy.engine import Problem

OK, BAD_INPUT = 0, 2


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `hub policy` with its command `check`."""
    policy = subparsers.add_parser("policy", help="check policies")
    commands = policy.add_subparsers(dest="policy_command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="load policies strictly and print every problem with file and line",
        description="Load policies strictly and compare the answers with Casbin's own enforcer. "
        "Exit 0 where nothing is wrong, 2 where something is.",
    )
    check.add_argument("path", nargs="?", type=Path, help="a directory of policies; the hub's own where left out")
    check.add_argument("--against", type=Path, metavar="DIR", help="tell what they and DIR's other files would change")
    check.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check the policies at `args.path`.

    Returns:
        0 where they are sound, 2 where they are not: each problem on a line of its own, and one line on stderr.
    """
    from hub.errors import OperatorError
    from hub.policy.engine import PolicyError, compare_with_stock, load, questions
    from hub.policy.sources import policies_directory

    directory = args.path or policies_directory()
    try:
        snapshot = load(directory)
    except PolicyError as error:
        return _report(directory, list(error.problems))
    except OperatorError as error:
        print(f"hub policy check: {error}", file=sys.stderr)
        return BAD_INPUT
    if differences := compare_with_stock(snapshot, directory):
        return _report(directory, differences)
    asked = sum(1 for _ in questions(snapshot))
    print(f"{len(snapshot.purposes)} purposes and {len(snapshot.rules)} rules: no problem found")
    print(f"{asked} questions: the stock Casbin enforcer gives the same answers")
    if args.against is not None:
        _compare(args.against, args.path)
    return OK


def _compare(data: Path, policies: Path | None) -> None:
    """Tell how the files differ from the rules in force in a data directory."""
    from hub.cli.opened import opened
    from hub.rules.difference import differences
    from hub.rules.records import must_be_held, texts_of
    from hub.rules.starting import differing_files
    from hub.rules.texts import read_texts, rules_from

    with opened(data) as hub:
        held = must_be_held(hub.reader)
        in_force = rules_from(texts_of(hub.reader, held.digest))
    fresh = rules_from(read_texts(hub.directory, policies), development=hub.directory.is_development)
    differing = differing_files(in_force, fresh.texts)
    print(f"{len(differing)} files differ from the rules in force, {held.digest[:12]}")
    for path in differing:
        print(f"differs  {path}")
    for effect, text in differences(in_force, fresh, held.marks):
        print(f"{effect:8} {text}")


def _report(directory: Path, problems: "list[Problem]") -> int:
    for problem in problems:
        print(f"{directory / problem.path}:{problem.line}: {problem.text}")
    many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    first = f"{problems[0].path}:{problems[0].line}"
    print(
        f"hub policy check: {many} in `{directory}`, from {first} on; mend what is listed and check again",
        file=sys.stderr,
    )
    return BAD_INPUT
