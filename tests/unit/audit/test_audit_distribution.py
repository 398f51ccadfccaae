"""The verifier is a distribution of its own: it needs nothing of the hub, and nothing but `cryptography`."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[3] / "audit"
MODULES = sorted(AUDIT.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_imports_the_standard_library_and_cryptography_only(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module.partition(".")[0])
    assert imported - sys.stdlib_module_names <= {"audit", "cryptography"}


def test_the_reading_side_does_not_import_the_writing_side():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, audit.__main__; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"audit.log", "audit.tables", "audit.fsck", "sqlite3", "hub"} & set(done.stdout.split())


def test_it_builds_and_runs_without_the_hub(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(AUDIT, source, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    [wheel] = tmp_path.glob("resident_hub_audit-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [archive.read(name).decode() for name in names if name.endswith("METADATA")]
        archive.extractall(tmp_path / "installed")
    packaged = {name for name in names if ".dist-info/" not in name}
    assert packaged == {f"audit/{path.name}" for path in MODULES} | {"audit/py.typed"}
    requirements = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert requirements == ["Requires-Dist: cryptography>=46"]
    done = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "missing.json", "--trust", "missing.vkey"],
        cwd=tmp_path / "installed",
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "missing.json" in done.stderr
