"""The published log: what anybody can fetch without a token is enough to rebuild it, and says nothing of anybody."""

import subprocess
import sys
import time

from audit.checkpoint import verify_checkpoint
from audit.note import Verifier
from tests.factories import CIVIL_AFFAIRS, Installation, person, serving


def test_outsider_rebuilds_the_log_from_its_url_alone(tmp_path):
    installation = Installation.create(tmp_path / "hub")
    installation.import_rows("police", [person(number) for number in range(3)], tmp_path)
    installation.appoint(CIVIL_AFFAIRS)
    installation.file(CIVIL_AFFAIRS, "OLDCARD")
    trust = installation.directory.log_key
    with serving(installation) as server:
        for number in range(3):
            asked = {"subject": {"idno": person(number)["idno"]}, "purpose": "OLDCARD"}
            with server.client(CIVIL_AFFAIRS) as client:
                assert client.post("/v1/disclosures", json=asked).status_code == 200
        time.sleep(1)
        command = [sys.executable, "-m", "audit", "fsck", f"{server.url}/log", "--trust", str(trust)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        with server.client() as client:
            note = client.get("/log/checkpoint")
            entries = client.get("/log/tile/entries/000.p/3")
    assert done.returncode == 0, done.stdout + done.stderr
    stated = verify_checkpoint(note.content, [Verifier.parse(trust.read_text("ascii").strip())])
    assert stated.size > 3
    assert str(stated.size) in done.stdout
    assert entries.headers["content-type"] == "application/octet-stream"
    assert len(entries.content) == 3 * (2 + 32)
