"""Witnesses as other departments run them: `python -m audit witness` in processes of their own."""

import subprocess
import sys
import time

from tests.factories import free_port

AUDIT = (sys.executable, "-m", "audit")


class WitnessProcess:
    """A witness that may be started, ended and started again, always at the same address.

    Args:
        folder: where it lives; made.
        name: of its key.
        log_key: the file with the verifier key of the log it is to witness.
    """

    def __init__(self, folder, name, log_key):
        self.folder = folder
        self.log_key = log_key
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        made = subprocess.run([*AUDIT, "witness", folder, "--create", name], capture_output=True, text=True, check=True)
        self.key = made.stdout.strip()
        self.process = None

    @property
    def line(self):
        """Its line of a policy."""
        return f"witness {self.folder.name} {self.key} {self.url}\n"

    def start(self):
        command = [*AUDIT, "witness", self.folder, "--trust", self.log_key, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.url in self.process.stdout.readline()
        return self

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


def policy_of(*witnesses, quorum):
    """A policy over these witnesses: all of them must have seen a checkpoint, any of them, or none."""
    names = " ".join(witness.folder.name for witness in witnesses)
    group = f"group they {quorum} {names}\nquorum they\n" if quorum != "none" else "quorum none\n"
    return "".join(witness.line for witness in witnesses) + group


def until(happened, seconds=30):
    """Wait until something has happened; returns what it gave."""
    started = time.monotonic()
    while not (given := happened()):
        assert time.monotonic() - started < seconds, "it has not happened"
        time.sleep(0.1)
    return given
