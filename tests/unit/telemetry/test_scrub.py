import pytest

from hub.telemetry.scrub import scrub


@pytest.mark.parametrize(
    "identifier",
    [
        "339999194303120020",
        "33999919431230004X",
        "33999919431230004x",
        "339999 19430312 0020",
        "933840189902280011",
        "13800138000",
        "138-0013-8000",
        "138 0013 8000",
        "+86 138 0013 8000",
        "0571-88888888",
        "(010) 88888888",
        "057188888888",
        "6200000000000000000",
        "6200 0000 0000 0000 000",
        "ABC123456789012",
        "H12345678",
        "E12345678",
        "EA1234567",
        "G12345678",
        "91110108551385082Q",
        "li.wang@example.org",
        "浙A12345",
        "王秀英",
        "欧阳·娜娜",
        "\U00020000",
    ],
)
@pytest.mark.parametrize("around", ["{}", "for {} today", "idno={},", "号码{}号", "['{}']", "/v1/{}/x"])
def test_identifier_is_taken_out_wherever_it_stands(identifier, around):
    scrubbed = scrub(around.format(identifier))
    assert identifier not in scrubbed
    assert not any(len(run) > 5 for run in scrubbed.split() if run.isdigit())
    assert scrubbed.isascii()


@pytest.mark.parametrize(
    "line",
    [
        "imported 1000000 rows in 12.5 seconds",
        "checkpoint 1234067 signed",
        "listening on port 8000",
        "from 2026-11-22 to 2026-12-31",
        "grid 339999",
        "",
    ],
)
def test_plain_lines_stay_as_they_are(line):
    assert scrub(line) == line


def test_what_was_there_is_named():
    assert scrub("call 0571-88888888 or a@b.cn") == "call [landline] or [email]"
