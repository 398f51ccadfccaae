import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import BadInput
from hub.feeds.encoding import detect_encoding

NAMES = "idno,name\n" + "".join(f"339999194303120020,{name}\n" for name in ("王伟", "欧阳娜娜", "𠮷田", "刘洋", "陈静"))


@pytest.mark.parametrize(
    ("content", "codec", "damaged"),
    [
        (b"idno,name\n", "utf-8", False),
        (NAMES.encode(), "utf-8", False),
        (NAMES.encode("utf-8-sig"), "utf-8-sig", False),
        (NAMES.encode("gb18030"), "gb18030", False),
        (NAMES.encode("utf-16"), "utf-16", False),
        (b"\xfe\xff" + NAMES.encode("utf-16-be"), "utf-16", False),
        (NAMES.encode()[:-2], "utf-8", True),
        (NAMES.encode("gb18030")[:-2], "gb18030", True),
        (NAMES.encode().replace("伟".encode(), b"\xff"), "utf-8", True),
        (NAMES.encode("utf-16")[:-1], "utf-16", True),
        (b"\xef\xbb\xbf" + NAMES.encode("gb18030"), "utf-8-sig", True),
    ],
)
def test_encoding_is_found_without_being_told(tmp_path, content, codec, damaged):
    path = tmp_path / "feed.csv"
    path.write_bytes(content)
    assert detect_encoding(path)[::2] == (codec, damaged)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (NAMES.encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (b"\xff\x80" * 200, "neither UTF-8 nor GB 18030"),
        (b"PK\x03\x04" + NAMES.encode(), "is a spreadsheet; save it as CSV"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, words):
    path = tmp_path / "feed.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        detect_encoding(path)


@given(st.lists(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=4), min_size=1))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_utf8_names_cut_anywhere_are_never_read_as_other_names(tmp_path, names):
    path = tmp_path / "feed.csv"
    content = "name\n王伟\n" + "\n".join(names)
    path.write_bytes(content.encode()[:-1])
    assert detect_encoding(path).codec == "utf-8"


def test_a_character_across_two_blocks_is_not_damage(tmp_path, monkeypatch):
    monkeypatch.setattr("hub.feeds.encoding._BLOCK", 7)
    path = tmp_path / "feed.csv"
    path.write_text(NAMES, "utf-8")
    assert not detect_encoding(path).damaged
