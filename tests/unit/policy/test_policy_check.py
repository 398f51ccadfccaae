"""`hub policy check`: every problem on a line of its own, exit 2 where there is one."""

import argparse

import pytest

from hub.cli import policy


@pytest.fixture
def check(capsys):
    def run(*arguments):
        parser = argparse.ArgumentParser()
        policy.add_parser(parser.add_subparsers())
        args = parser.parse_args(["policy", "check", *map(str, arguments)])
        return args.run(args), *capsys.readouterr()

    return run


def test_sound_policies_pass(check):
    code, out, err = check()
    assert (code, err) == (0, "")
    assert "no problem found" in out
    assert "the stock Casbin enforcer gives the same answers" in out


def test_every_problem_is_printed_with_file_and_line(check, policies):
    card = policies / "purposes/OLDCARD.toml"
    card.write_text(card.read_text().replace('"idno"]', '"shoe.size"]').replace('"clerk"]', '"neighbour"]'))
    code, out, err = check(policies)
    assert code == 2
    assert out.splitlines() == [
        f"{card}:5: `requesters`: `neighbour` is not a known requester",
        f"{card}:6: `fields`: `shoe.size` is not a known field",
    ]
    assert err.startswith("hub policy check: 2 problems in ")
    assert len(err.splitlines()) == 1


def test_answer_that_casbin_does_not_share_fails(check, policies, monkeypatch):
    monkeypatch.setattr("hub.policy.engine.compile_snapshot", _too_kind)
    code, out, _ = check(policies)
    assert code == 2
    assert "Casbin does not agree" in out


def _too_kind(catalogue, rules, fields, digest):
    from dataclasses import replace

    from hub.policy.rules import Question
    from hub.policy.snapshot import compile_snapshot

    snapshot = compile_snapshot(catalogue, rules, fields, digest)
    return replace(snapshot, rules={**snapshot.rules, Question("clerk", "VISIT", "medical", "read"): "policy.csv:1"})


def test_directory_that_is_not_there_is_bad_input(check, tmp_path):
    code, out, err = check(tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert "there is no directory of policies" in err
    assert len(err.splitlines()) == 1
