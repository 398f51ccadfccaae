"""Packages of npm that the tests need, installed once from a lock that pins their content and names no host."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).with_name("node")
BUILD = Path(__file__).parents[2] / "build"


def installed(lacking):
    """The folder in which the packages and our own scripts lie."""
    if not (shutil.which("npm") and shutil.which("node")):
        lacking("Node.js and npm")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(HERE.iterdir()))).hexdigest()[:16]
    folder = BUILD / f"node-{digest}"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "node.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(HERE, folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                lacking(f"packages of npm: {done.stderr or done.stdout}")
            (folder / "done").touch()
    return folder
