"""What Linux tells about processes: which ones a server has, how much they compute, how much memory they hold."""

import os
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_BLOCK = 1 << 22
_TRIES = 50
_PAGE = os.sysconf("SC_PAGE_SIZE")


def workers_of(pid: int) -> list[int]:
    """The processes that serve: the children of a server with several workers, else the server itself."""
    children = [child for child in _children(pid) if b"resource_tracker" not in _command(child)]
    return children or [pid]


def computed(pids: list[int]) -> float:
    """Processor time of some processes so far, user and system, in seconds."""
    return sum(int(ticks) for pid in pids for ticks in _stat(pid)[11:13]) / _TICKS


def computed_finely(pid: int) -> float:
    """The same of one process to the nanosecond, as far as its threads are still there."""
    spent = ((task / "schedstat").read_text("ascii").split()[0] for task in (_PROC / str(pid) / "task").iterdir())
    return sum(map(int, spent)) / 1e9


def read_from_disk(pids: list[int]) -> int:
    """Bytes that some processes have had to fetch from the disk so far, because they were not in memory."""
    lines = [line for pid in pids for line in (_PROC / str(pid) / "io").read_text("ascii").splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("read_bytes:"))


def warm(path: Path) -> None:
    """Read the files of a directory, so that the system has them in memory, as it has after some hours of service."""
    for file in filter(Path.is_file, path.iterdir()):
        with file.open("rb", buffering=0) as stream:
            while stream.read(_BLOCK):
                pass


def durable_write(folder: Path) -> float:
    """Seconds that the disk takes to make 4 KiB durable now, the median of some tries: what every commit waits for."""
    tries = []
    with TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_TRIES):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            tries.append(time.perf_counter() - started)
    return median(tries)


def resident_bytes(pid: int) -> int:
    """The memory a process holds, shared pages included."""
    return int((_PROC / str(pid) / "statm").read_text("ascii").split()[1]) * _PAGE


def _children(pid: int) -> list[int]:
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                parent = int(_stat(int(entry.name))[1])
            except OSError:
                continue  # it has ended meanwhile
            if parent == pid:
                found.append(int(entry.name))
    return sorted(found)


def _command(pid: int) -> bytes:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b"resource_tracker"


def _stat(pid: int) -> list[str]:
    # Behind the name, which may hold anything: state, parent, and so on (proc(5), from field 3).
    return (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
