import pytest

from hub.feeds.feed import load_feed
from hub.feeds.reader import FeedFile
from hub.feeds.rows import RowParser

TODAY = "2026-11-22"


@pytest.fixture
def police():
    return load_feed("police")


@pytest.fixture
def open_bytes(tmp_path):
    """Write bytes to a file and open it as a feed's."""

    def make(content, feed="police", name="feed.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return FeedFile(path, load_feed(feed))

    return make


@pytest.fixture
def parse():
    """Parse one row given as a mapping."""

    def run(feed="police", at=TODAY, **cells):
        row = {key.replace("_", "."): value for key, value in cells.items()}
        return RowParser(load_feed(feed), tuple(row), at, TODAY).parse(list(row.values()))

    return run
