"""Notices reach whom they concern, with so little in them that nobody else learns anything."""

import hashlib
import hmac
import json
import stat
import sys
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hub.errors import OperatorError
from hub.notices.gateway import Message, SpoolGateway, load_gateway
from hub.notices.outbox import due_now, hand_over
from hub.notices.sending import send_now
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY, Member
from tests.factories import person, run_hub, serving

KEY = "k" * 40


class Receiver(BaseHTTPRequestHandler):
    """Takes notices, or refuses as many as it is told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        refused = self.server.refusing > 0
        self.server.refusing -= refused
        self.send_response(503 if refused else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def receiver():
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as running:
        running.got, running.refusing = [], 0
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}")
    return member


def configure(installation, text):
    directory = installation.directory
    directory.gateway.write_text(text, "utf-8")
    directory.gateway_key.write_text(KEY, "utf-8")
    directory.gateway_key.chmod(0o600)
    return directory


def over_http(installation, receiver):
    url = f"http://127.0.0.1:{receiver.server_address[1]}/notices"
    return configure(installation, f'kind = "https"\nurl = "{url}"\n')


def correct(hub, member):
    body = {"field": "tel", "value": "15400000999", "reason": "换号"}
    answer = hub.ask(f"resident:{member.rid}", "POST", "/v1/me/corrections", json=body)
    assert answer.status_code == 201, answer.text


def notices(hub, member):
    return hub.ask(f"resident:{member.rid}", "GET", "/v1/me/notices").json()["items"]


def send(hub, clock=None):
    """One round of sending, as `hub notices` does it."""
    hub.road.turn.end()
    gateway = load_gateway(hub.installation.directory)
    with hub.installation.opened() as store:
        return tuple(send_now(gateway, store.writer, store.reader, store.ring, clock or hub.road.clock))


def test_a_changed_number_is_announced_to_the_old_one_by_a_signed_request(hub, elder, receiver):
    over_http(hub.installation, receiver)
    correct(hub, elder)
    [told] = notices(hub, elder)
    assert (told["matter"], told["state"]) == ("telephone_changes", "waiting")
    assert send(hub) == (1, 0, 0)
    [(headers, body)] = receiver.got
    message = json.loads(body)
    assert message["to"] == elder.values["tel"]
    assert headers["Idempotency-Key"] == message["id"] == told["id"]
    signed = headers["X-Hub-Timestamp"].encode() + b"." + body
    assert headers["X-Hub-Signature"] == "v1=" + hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
    [told] = notices(hub, elder)
    assert (told["state"], bool(told["handed_over"])) == ("handed_over", True)
    assert send(hub) == (0, 0, 0), "once it is taken it does not go again"


def test_the_text_says_nothing_of_the_person(hub, elder, receiver):
    over_http(hub.installation, receiver)
    correct(hub, elder)
    hub.ask(GRID_WORKER, "POST", "/v1/emergencies", json={"subject": {"idno": elder.idno}, "reason": "跌倒报警"})
    send(hub)
    for _, body in receiver.got:
        text = json.dumps(json.loads(body)["text"], ensure_ascii=False)
        values = [str(value) for value in elder.values.values() if len(str(value)) > 1]
        assert not [value for value in values if value in text]


@pytest.mark.clause("PIPL 17-18")
def test_after_an_emergency_the_resident_and_the_secretary_are_told(hub, elder, receiver):
    over_http(hub.installation, receiver)
    body = {"subject": {"idno": elder.idno}, "reason": "跌倒报警"}
    assert hub.ask(GRID_WORKER, "POST", "/v1/emergencies", json=body).status_code == 201
    assert [each["matter"] for each in notices(hub, elder)] == ["emergency_opened"]
    send(hub)
    told = {(each["matter"], each["to"], each["principal"]) for each in (json.loads(body) for _, body in receiver.got)}
    assert ("emergency_opened", elder.values["tel"], "") in told
    secretaries = {principal for matter, to, principal in told if matter == "emergency_to_review" and not to}
    assert f"{SECRETARY}#1" in secretaries


def test_a_gateway_that_is_away_is_asked_again_later_each_time_and_given_up_after_a_week(hub, elder, receiver, later):
    over_http(hub.installation, receiver)
    receiver.refusing = 10**6
    correct(hub, elder)
    assert send(hub) == (0, 1, 0)
    assert send(hub) == (0, 0, 0), "not at once"
    later(minutes=2)
    assert send(hub) == (0, 1, 0)
    later(minutes=2)
    assert send(hub) == (0, 0, 0), "five minutes after the second time"
    later(days=7)
    assert send(hub) == (0, 0, 1)
    [told] = notices(hub, elder)
    assert told["state"] == "given_up"
    assert len({headers["Idempotency-Key"] for headers, _ in receiver.got}) == 1
    receiver.refusing = 0
    assert send(hub) == (0, 0, 0)


def test_a_crash_after_handing_over_hands_over_again_under_the_same_id(hub, elder, receiver):
    over_http(hub.installation, receiver)
    correct(hub, elder)
    gateway = load_gateway(hub.installation.directory)
    hub.road.turn.end()
    for notice in due_now(hub.road.reader, hub.road.ring, hub.road.clock()):
        assert hand_over(gateway, notice)
    assert send(hub) == (1, 0, 0)
    ids = [headers["Idempotency-Key"] for headers, _ in receiver.got]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_command_gets_the_notice_on_its_standard_input_and_nothing_of_the_environment(
    hub, elder, tmp_path, monkeypatch
):
    monkeypatch.setenv("HUB_ROOT_KEY", "0" * 64)
    out, script = tmp_path / "out", tmp_path / "send.py"
    script.write_text(
        f"import os, sys; open({str(out)!r}, 'w').write(sys.stdin.read() + repr(sorted(os.environ)))\n", "utf-8"
    )
    configure(hub.installation, f'kind = "command"\ncommand = ["{sys.executable}", "{script}"]\n')
    correct(hub, elder)
    monkeypatch.delenv("HUB_ROOT_KEY")
    assert send(hub) == (1, 0, 0)
    text = out.read_text("utf-8")
    assert elder.values["tel"] in text
    assert "HUB_ROOT_KEY" not in text


@pytest.mark.parametrize("command", [["/nowhere/at/all"], ["/bin/false"]])
def test_a_command_that_is_missing_or_fails_has_not_taken_the_notice(hub, elder, command):
    configure(hub.installation, f'kind = "command"\ncommand = {json.dumps(command)}\n')
    correct(hub, elder)
    assert send(hub) == (0, 1, 0)
    assert notices(hub, elder)[0]["state"] == "waiting"


def test_who_has_no_number_is_told_by_the_counter_from_a_folder_of_the_owners(hub, receiver, tmp_path):
    without = {key: value for key, value in person(77).items() if key != "tel"}
    hub.installation.import_rows("police", [without | {"grid": FIRST_GRID}], tmp_path)
    directory = over_http(hub.installation, receiver)
    hub.ask(GRID_WORKER, "POST", "/v1/emergencies", json={"subject": {"idno": without["idno"]}, "reason": "跌倒报警"})
    send(hub)
    assert {json.loads(body)["matter"] for _, body in receiver.got} == {"emergency_to_review"}
    [printed] = directory.spool.iterdir()
    assert json.loads(printed.read_bytes())["matter"] == "emergency_opened"
    assert stat.S_IMODE(printed.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.spool.stat().st_mode) == 0o700


def test_a_deferred_notice_goes_out_on_the_day_it_ends(hub, elder, later):
    directory = configure(hub.installation, 'kind = "spool"\n')
    index = hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").json()["receipt"]["index"]
    until = (hub.road.clock() + timedelta(days=10)).date().isoformat()
    asked = {"index": index, "citation": "反洗钱法 第三十八条", "until": until}
    name = hub.ask(OFFICER, "POST", "/v1/audit/deferrals", json=asked).json()["id"]
    yes = {"decision": "approve", "reason": "依法"}
    assert hub.ask(AUDITOR, "POST", f"/v1/audit/deferrals/{name}/decision", json=yes).status_code == 200
    assert send(hub) == (0, 0, 0)
    later(days=11)
    assert send(hub) == (1, 0, 0)
    assert send(hub) == (0, 0, 0), "once"
    [printed] = directory.spool.iterdir()
    message = json.loads(printed.read_bytes())
    assert (message["matter"], message["to"]) == ("deferred_access", elder.values["tel"])


def test_without_a_gateway_notices_wait(hub, elder):
    correct(hub, elder)
    assert load_gateway(hub.installation.directory) is None
    assert notices(hub, elder)[0]["state"] == "waiting"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('kind = "pigeon"', "kind"),
        ('kind = "https"', "url"),
        ('kind = "https"\nurl = "http://sms.example.org/notices"', "url"),
        ('kind = "https"\nurl = "https://me@sms.example.org/notices"', "url"),
        ('kind = "command"', "command"),
        ('kind = "command"\ncommand = "send"', "command"),
        ('kind = "spool"\nurl = "https://sms.example.org"', "url"),
        ('kind = "spool"\nfolder = "x"', "folder"),
        ("url = 1", "kind"),
    ],
)
def test_a_gateway_that_makes_no_sense_is_refused_by_name(hub, text, named):
    directory = configure(hub.installation, text)
    with pytest.raises(OperatorError, match=named):
        load_gateway(directory)


@pytest.mark.parametrize("problem", ["missing", "short", "open"])
def test_the_key_that_signs_must_be_there_long_and_closed_to_others(hub, problem):
    directory = configure(hub.installation, 'kind = "https"\nurl = "https://sms.example.org/notices"')
    if problem == "missing":
        directory.gateway_key.unlink()
    elif problem == "short":
        directory.gateway_key.write_text("short", "utf-8")
    else:
        directory.gateway_key.chmod(0o644)
    with pytest.raises(OperatorError, match=r"gateway\.key"):
        load_gateway(directory)


def test_the_log_accounts_for_every_step_and_names_no_number(hub, receiver, tmp_path):
    row = person(78, grid=FIRST_GRID)
    hub.installation.import_rows("police", [row], tmp_path)
    hub.installation.appoint(f"resident:{row['rid']}")
    someone = Member(row["idno"], row["rid"], row)
    hub.road.turn.end()
    before = hub.road.reader.damaged() + hub.road.reader.damaged_files(99)
    over_http(hub.installation, receiver)
    receiver.refusing = 1
    correct(hub, someone)
    send(hub)
    hub.road.turn.end()
    assert hub.road.reader.damaged() + hub.road.reader.damaged_files(99) == before
    acts = [hub.installation.entry(index).act.decode() for index in range(hub.installation.size())]
    outcomes = [json.loads(act)["outcome"] for act in acts if '"kind":"notice"' in act]
    assert outcomes == ["waiting", "not_taken"]
    assert not [act for act in acts if row["tel"] in act]


def test_a_spool_that_is_written_twice_has_one_file(tmp_path):
    message = Message("a" * 43, "deferred_access", "", "", {"zh": "有", "en": "there"})
    spool = SpoolGateway(tmp_path / "spool")
    spool.hand_over(message)
    spool.hand_over(message)
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["a" * 43 + ".json"]


def test_a_serving_hub_sends_by_itself_and_so_does_the_command(untouched, tmp_path, receiver):
    city = untouched.copy(tmp_path / "hub")
    elder = city.cast["elder"]
    city.appoint(f"resident:{elder.rid}")
    over_http(city, receiver)
    body = {"field": "tel", "value": "15400000999", "reason": "换号"}
    with serving(city, workers=2) as server, server.client(f"resident:{elder.rid}") as resident:
        assert resident.post("/v1/me/corrections", json=body).status_code == 201
        while resident.get("/v1/me/notices").json()["items"][0]["state"] == "waiting":
            time.sleep(0.1)
        assert elder.values["tel"] not in server.log
    assert len(receiver.got) == 1, "two workers send it once"
    done = run_hub("notices", city.path)
    assert (done.returncode, done.stdout) == (0, "notices: 0 handed over, 0 not taken and tried again, 0 given up\n")
