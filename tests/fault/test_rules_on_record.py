"""Outside development the rules on record count: not the files, not an older row put back, not one person."""

import json
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from types import SimpleNamespace

import httpx
import jwt
import pytest

from hub.cli.main import main
from hub.cli.opened import opened
from hub.identity.development import generate_development_key, public_jwk
from hub.rules.records import must_be_held
from tests.factories import GRID, Installation, Server, free_port, run_hub, write_csv

ISSUER = "https://id.example.org/realms/hub"
ANNA, BERT, CLARA = "admin:339999#anna", "security_officer:339999#bert", "admin:339999#clara"
WORKER = f"grid_worker:{GRID}#li"
EVERYBODY = (ANNA, BERT, CLARA, WORKER)
CHANGES = "/v1/rules/changes"


def command(*args):
    """A command of the hub in this process: what it printed and how it ended."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(arg) for arg in args])
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


class Town(Installation):
    """An installation outside development, whose issuer's key is at hand.

    Attributes:
        key: of the issuer.
    """

    key = None

    def write_issuers(self, roles="admin security_officer grid_worker", key=None):
        jwk = public_jwk(key or self.key)
        members = "".join(f'{name} = "{value}"\n' for name, value in jwk.items())
        listed = ", ".join(f'"{role}"' for role in roles.split())
        text = f'[[issuer]]\nissuer = "{ISSUER}"\naudience = "resident-hub"\nalgorithm = "ES256"\nroles = [{listed}]\n'
        self.directory.issuers.write_text(f"{text}[[issuer.jwks]]\n{members}")

    def token(self, principal, **_more):
        issued = int(datetime.now(UTC).timestamp())
        claims = {"iss": ISSUER, "aud": "resident-hub", "sub": principal, "iat": issued, "exp": issued + 3600}
        headers = {"typ": "at+jwt", "kid": public_jwk(self.key)["kid"]}
        return jwt.encode(claims, self.key, algorithm="ES256", headers=headers)

    def copy(self, path):
        copied = Town(super().copy(path).path)
        copied.key = self.key
        return copied

    def load(self, folder, *principals, until="2036-12-31"):
        rows = [{"principal": each, "valid_from": "2024-01-01", "valid_until": until} for each in principals]
        return command("principals", self.path, write_csv(folder / "principals.csv", rows))

    def held(self):
        with opened(self.path) as hub:
            return must_be_held(hub.reader)

    def acts(self, kind):
        with opened(self.path) as hub:
            found = [json.loads(act) for (act,) in hub.reader.db.execute("SELECT act FROM log_entry ORDER BY idx")]
        return [act for act in found if act["kind"] == kind]


@pytest.fixture(scope="module")
def _founded(tmp_path_factory):
    """Founded as an operator would: init, issuers, the first list."""
    folder = tmp_path_factory.mktemp("founded")
    town = Town(folder / "hub")
    town.key = generate_development_key()
    assert command("init", town.path).returncode == 0
    town.write_issuers()
    done = command("rules", "propose", town.path)
    assert done.returncode == 0, done.stderr
    assert "there were not two people yet" in done.stdout
    done = town.load(folder, *EVERYBODY)
    assert done.returncode == 0, done.stderr
    return town


@pytest.fixture
def town(_founded, tmp_path):
    return _founded.copy(tmp_path / "hub")


@pytest.fixture
def served(town):
    servers = []

    def start(**options):
        servers.append(Server(town, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def decide(server, who, change, decision="approve"):
    body = {"decision": decision, "digest": change["digest"], "reason": "核对"}
    with server.client(who) as client:
        return client.post(f"{CHANGES}/{change['id']}/decision", json=body)


def pending(server):
    with server.client(ANNA) as client:
        return client.get(CHANGES, params={"state": "pending"}).json()["items"]


def status(server, who):
    with server.client(who) as client:
        return client.get("/v1/purposes").status_code


def test_the_founding_is_told_in_the_trail_and_needs_two_people(town, tmp_path):
    founded = [act for act in town.acts("rules_change") if act["outcome"] == "founded"]
    assert [act["matter"] for act in founded] == ["rules", "principals"]
    assert town.acts("rules")[0]["outcome"] == "founded"
    other = Town(tmp_path / "other")
    other.key = town.key
    command("init", other.path)
    without = other.load(tmp_path, ANNA, BERT)
    assert (without.returncode, "an issuer vouches" in without.stderr) == (2, True)
    other.write_issuers()
    command("rules", "propose", other.path)
    alone = other.load(tmp_path, ANNA, WORKER)
    assert (alone.returncode, "must name two people" in alone.stderr) == (2, True)
    one_human = other.load(tmp_path, ANNA, "security_officer:3399#anna")
    assert one_human.returncode == 2
    assert other.load(tmp_path, ANNA, BERT).returncode == 0


def test_init_with_files_that_are_wrong_leaves_nothing(tmp_path):
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "issuers.toml").write_text("[[issuer]]\n")
    done = command("init", tmp_path / "hub")
    assert (done.returncode, "issuer 1" in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]


def test_a_file_edited_on_the_disk_changes_nothing_and_is_told(town, served):
    before = town.held()
    stranger = generate_development_key()
    town.write_issuers(key=stranger)
    server = served()
    assert status(server, WORKER) == 200
    forged = Town(town.path)
    forged.key = stranger
    with httpx.Client(headers=forged.bearer(ANNA), trust_env=False) as client:
        assert client.get(f"{server.url}{CHANGES}").status_code == 401
    assert "issuers.toml differ" in server.log
    assert town.held() == before
    doctor = command("doctor", town.path)
    assert "BAD  rule files: issuers.toml differ from the rules in force" in doctor.stdout
    check = command("policy", "check", "--against", town.path)
    assert (check.returncode, "issuers.toml" in check.stdout) == (0, True)


def test_another_issuer_is_believed_after_two_people_approved_it_in_the_running_hub(town, served):
    server = served(workers=2)
    first, town.key = town.key, generate_development_key()
    assert status(server, WORKER) == 401
    town.write_issuers()
    town.key, second = first, town.key
    proposed = command("rules", "propose", town.path, "--reason", "新的密钥")
    assert "widens   issuer https://id.example.org/realms/hub: other pinned keys" in proposed.stdout
    [change] = pending(server)
    assert change["proposed_by"] == "hub"
    assert decide(server, ANNA, change).json()["state"] == "pending"
    assert decide(server, ANNA, change).json()["reasons"] == ["self_approval"]
    assert decide(server, BERT, change).json()["state"] == "in_force"
    assert status(server, WORKER) == 401, "the old key is not believed any more"
    town.key = second
    assert [status(server, WORKER) for _ in range(6)] == [200] * 6
    server.stop()
    assert status(served(), WORKER) == 200, "a restart serves what was approved"


def test_what_was_approved_is_what_was_proposed_whatever_the_files_say_since(town, served):
    server = served()
    town.write_issuers("admin security_officer grid_worker clerk")
    command("rules", "propose", town.path)
    town.write_issuers("admin security_officer grid_worker clerk auditor secretary")
    [change] = pending(server)
    for who in (ANNA, BERT):
        assert decide(server, who, change).status_code == 200
    assert town.held().digest == change["digest"]
    differs = command("rules", "show", town.path).stdout
    assert "differs on the disk: issuers.toml" in differs


def test_dropping_a_role_from_an_issuer_takes_one_and_counts_at_once(town, served):
    server = served()
    assert status(server, WORKER) == 200
    town.write_issuers("admin security_officer")
    proposed = command("rules", "propose", town.path)
    assert "in force: it only narrows" in proposed.stdout
    assert status(server, WORKER) == 401
    assert status(server, ANNA) == 200


def test_principals_wait_for_two_people_and_ends_do_not(town, served, tmp_path):
    server = served()
    fresh = f"grid_worker:{GRID}#new"
    loaded = town.load(tmp_path, fresh)
    assert (loaded.returncode, "waits until" in loaded.stdout) == (0, True)
    assert status(server, fresh) == 401
    [change] = pending(server)
    for who in (ANNA, CLARA):
        decide(server, who, change)
    assert status(server, fresh) == 200
    shortened = town.load(tmp_path, fresh, until="2024-12-31")
    assert "1 end sooner from now on" in shortened.stdout
    assert status(server, fresh) == 401
    assert command("principals", town.path, "--revoke", WORKER).stdout == "revoked\n"
    assert status(server, WORKER) == 401
    again = command("principals", town.path, "--reinstate", WORKER)
    assert "widens" in again.stdout
    assert status(server, WORKER) == 401
    [change] = pending(server)
    for who in (ANNA, BERT):
        decide(server, who, change)
    assert status(server, WORKER) == 200


def test_once_two_people_can_approve_the_operator_founds_no_more(town, tmp_path):
    own = town.load(tmp_path, "admin:339999#mallory", "security_officer:339999#eve")
    assert "waits until" in own.stdout
    town.write_issuers("admin security_officer grid_worker auditor")
    assert "waits until" in command("rules", "propose", town.path).stdout


def test_with_one_person_left_the_operator_founds_again_and_the_trail_says_so(town, tmp_path):
    for who in (BERT, CLARA):
        command("principals", town.path, "--revoke", who)
    again = town.load(tmp_path, "security_officer:339999#dora")
    assert "there were not two people yet" in again.stdout, again.stderr
    assert [act["outcome"] for act in town.acts("rules_change")] == ["founded"] * 3
    assert "waits until" in town.load(tmp_path, "security_officer:339999#eve").stdout


def in_force_row(town, statement="SELECT version, entry, body FROM control WHERE kind = 'rules'", *values):
    with opened(town.path) as hub:
        found = hub.writer.run([lambda tx: tx.db.execute(statement, values).fetchall()])
    return found[0]


def changed_once(town):
    """The row as it was before a change took effect."""
    [before] = in_force_row(town)
    town.write_issuers("admin security_officer")
    assert "in force" in command("rules", "propose", town.path).stdout
    return before


def test_an_older_row_put_back_whole_is_not_served(town):
    before = changed_once(town)
    in_force_row(town, "UPDATE control SET version = ?, entry = ?, body = ? WHERE kind = 'rules'", *before)
    done = run_hub("serve", town.path, "--port", free_port())
    assert (done.returncode, "older ones were put back" in done.stderr) == (1, True)
    assert "BAD  policies" in command("doctor", town.path).stdout


def test_an_older_row_put_back_under_a_running_hub_ends_its_answers(town, served):
    server = served()
    before = changed_once(town)
    assert status(server, ANNA) == 200
    in_force_row(town, "UPDATE control SET version = ?, entry = ?, body = ? WHERE kind = 'rules'", *before)
    command("principals", town.path, "--revoke", CLARA)  # any change of a control row is what makes processes look
    assert status(server, ANNA) == 500
    with server.client() as client:
        assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("kind", ["rules", "rules_texts"])
@pytest.mark.parametrize("what", ["DELETE FROM control", "UPDATE control SET body = zeroblob(64)"])
def test_rows_that_were_edited_or_removed_stand_for_nothing(town, kind, what):
    in_force_row(town, f"{what} WHERE kind = ?", kind)
    done = run_hub("serve", town.path, "--port", free_port())
    assert done.returncode == 1
    assert "restore the store" in done.stderr
    assert "BAD" in command("doctor", town.path).stdout


def test_a_waiting_change_that_was_edited_cannot_be_approved(town, served):
    server = served()
    town.write_issuers("admin security_officer grid_worker clerk")
    command("rules", "propose", town.path)
    [change] = pending(server)
    in_force_row(town, "UPDATE control SET version = version + 1 WHERE kind = 'rules_change' AND id = ?", change["id"])
    assert decide(server, ANNA, change).status_code == 404


def test_the_command_that_serves_says_what_differs_and_the_start_names_the_rules(town, served):
    served().stop()
    [start] = town.acts("start")
    assert start["rules"] == town.held().digest
    assert start["policy"] == town.acts("rules")[-1]["policy"]


def test_a_crash_between_the_commit_and_the_note_beside_the_keys_is_made_up_for(town, served):
    kept = town.directory.rules_kept.read_text()
    town.write_issuers("admin security_officer")
    command("rules", "propose", town.path)
    town.directory.rules_kept.write_text(kept)  # as if the process had died before it wrote
    assert status(served(), ANNA) == 200
    assert town.directory.rules_kept.read_text().split() == ["3", town.held().digest]


def test_who_signs_people_in_is_a_rule_too(town, served, tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("s")
    text = (
        f'issuer = "https://id.example.org"\nclient_id = "hub"\naddress = "https://hub.example.org"\n'
        f'algorithm = "ES256"\nprincipals = "p"\nclient_secret_file = "{secret}"\nroles = ["secretary"]\n'
    )
    town.directory.sign_in.write_text(text.replace("https://id", "http://id"))
    plain = command("rules", "propose", town.path)
    assert (plain.returncode, "must begin with https" in plain.stderr) == (1, True)
    town.directory.sign_in.write_text(text)
    server = served()
    assert httpx.get(f"{server.url}/sign-in/start", trust_env=False).status_code == 404
    proposed = command("rules", "propose", town.path)
    assert "widens   sign-in: https://id.example.org vouches for people at the pages, for secretary" in proposed.stdout
    [change] = pending(server)
    for who in (ANNA, BERT):
        decide(server, who, change)
    assert httpx.get(f"{server.url}/sign-in/start", trust_env=False).status_code == 503, "the provider is away"


def test_how_long_the_trail_is_kept_is_a_rule_too(town):
    town.directory.retention.write_text("trail_days = 200\n")
    assert (
        "widens   the trail is kept for 200 days at least, before 1096" in command("rules", "propose", town.path).stdout
    )
    assert "before it is 1096 days old" in command("doctor", town.path).stdout
