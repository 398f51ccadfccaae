import os
import shutil
import subprocess

import pytest


@pytest.fixture
def small_disk(lacking):
    """Mount a small disk: `small_disk(folder, megabytes)`; it is unmounted after the test."""
    mounted = []

    def mount(folder, megabytes):
        if os.geteuid() != 0:
            pytest.skip("only root can mount a small disk")
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lacking(f"a small disk cannot be mounted: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory, lacking):
    """Compile C source into a library that can be loaded before all others: `compiled(path)`."""

    def build(source):
        compiler = shutil.which("cc")
        if compiler is None:
            lacking("there is no C compiler")
        library = tmp_path_factory.mktemp("shim") / f"{source.stem}.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source], check=True)
        return library

    return build
