"""The files of rules as they lie on the disk: one that cannot be read is no missing one."""

import pytest

from hub.errors import OperatorError
from hub.rules.texts import read_texts, rules_from


@pytest.mark.parametrize("name", ["issuers.toml", "sign_in.toml", "calendar.toml", "retention.toml"])
def test_an_unreadable_file_is_refused_instead_of_passed_over(empty, name):
    assert name not in read_texts(empty.directory)
    path = empty.path / name
    path.mkdir()
    with pytest.raises(OperatorError, match=f"`{name}` cannot be read"):
        read_texts(empty.directory)
    path.rmdir()
    path.write_bytes(b"\xff")
    with pytest.raises(OperatorError, match=f"`{name}` is not UTF-8"):
        read_texts(empty.directory)


def test_a_digest_names_every_file_and_no_line_end(empty):
    plain = rules_from(read_texts(empty.directory)).digest
    (empty.path / "calendar.toml").write_bytes(b"filing_days = 5\n")
    unix = rules_from(read_texts(empty.directory)).digest
    (empty.path / "calendar.toml").write_bytes(b"filing_days = 5\r\n")
    assert rules_from(read_texts(empty.directory)).digest == unix != plain
