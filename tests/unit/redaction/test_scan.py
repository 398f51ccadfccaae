import os
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import BadInput
from hub.redaction.engine import LANGUAGE, ShapeRecognizer, analyzer
from hub.redaction.scan import MOST_CHARACTERS, find, mask
from hub.redaction.shapes import Shape

CERTAIN = [
    ("idno", "339999194303120020"),
    ("idno", "33999919431230004X"),
    ("idno", "33999919431230004x"),
    ("idno", "339999 19430312 0020"),
    ("idno", "339999-1943-03-12-0020"),
    ("idno", "３３９９９９１９４３０３１２００２０"),
    ("idno", "339999\u200b19430312\u200b0020"),
    ("idno", "810000189912310013"),
    ("idno", "820000189912310023"),
    ("idno", "830000189912310033"),
    ("idno", "933840189902280011"),
    ("account", "6200000000000000000"),
    ("account", "6200 0000 0000 0000 000"),
    ("credit_code", "91110108551385082Q"),
    ("plate", "浙A12345"),
    ("plate", "浙A·12345"),
    ("plate", "沪AD12345"),
    ("plate", "粤B12345D"),
    ("plate", "京A1234警"),
    ("plate", "粤Z1234港"),
    ("plate", "浙a12345"),
]
LIKELY = [
    ("idno", "339999194303120021"),
    ("permit", "H12345678"),
    ("permit", "M1234567801"),
    ("permit", "ABC123456789012"),
    ("passport", "E12345678"),
    ("passport", "EA1234567"),
    ("passport", "G12345678"),
    ("mobile", "13800138000"),
    ("mobile", "138 0013 8000"),
    ("mobile", "138-0013-8000"),
    ("mobile", "+86 138 0013 8000"),
    ("mobile", "008613800138000"),
    ("mobile", "１３８００１３８０００"),
    ("mobile", "一三八零零一三八零零零"),
    ("mobile", "幺三八〇〇幺三八〇〇〇"),
    ("mobile", "138\u00a00013\u20148000"),
    ("landline", "0571-88888888"),
    ("landline", "(0571) 8888888"),
    ("landline", "（010）88888888"),
    ("landline", "+86-571-88888888"),
    ("email", "li.wang@example.org"),
]
ANNOUNCED = [
    ("idno", "身份证号：", "330106430312002"),
    ("permit", "台胞证 ", "12345678"),
    ("landline", "座机是", "88880000"),
    ("account", "存折账号：", "12345678901"),
    ("account", "卡号 ", "6200 0000 0000 0000 001"),
]
AROUND = ["{}", "{}。", "号码是{}吗", "老人说{},明天再来", "({})", "tel:{};"]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "text"), CERTAIN + LIKELY)
def test_identifier_is_found_at_its_place(kind, text, around):
    whole = around.format(text)
    (finding,) = find(whole)
    assert finding.kind == kind
    assert whole[finding.start : finding.end] == text


@pytest.mark.parametrize(("kind", "text"), CERTAIN)
def test_check_digit_or_full_pattern_makes_it_certain(kind, text):
    assert [(finding.kind, finding.score) for finding in find(text)] == [(kind, 1.0)]


@pytest.mark.parametrize(("kind", "text"), LIKELY)
def test_shape_alone_is_likely(kind, text):
    (finding,) = find(text)
    assert finding.kind == kind
    assert 0.5 < finding.score < 1


@pytest.mark.parametrize(("kind", "word", "text"), ANNOUNCED)
def test_announced_number_is_found_and_only_then(kind, word, text):
    whole = f"老人{word}{text}。"
    (finding,) = find(whole)
    assert (finding.kind, whole[finding.start : finding.end]) == (kind, text)
    assert find(f"编号{text}。") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "独居，精神尚好，血压 138 82，心率 76，下周三再访。",
        "测量 138 82 76 98 36",
        "二零二六年十一月二十二日上午十点",
        "2026-11-22 10:00 到 2026-12-31",
        "网格 339999001001001，社区 339999001001",
        "诊断 E11.900、I10，药费 1234.56 元",
        "受理号 2026-0113",
        "订单 6200000000000000001",
        "信用代码 91110108551385082A",
        "京剧团 A 区 12345",
        "版本 1.2.3，流水 4bf92f3577b34da6",
    ],
)
def test_ordinary_notes_hold_nothing(text):
    assert find(text) == []
    assert mask(text) == text


def test_all_identifiers_of_a_note_are_masked():
    note = "李阿姨（339999194303120020）换了号码，打13800138000或座机88880000；女儿车浙A12345，邮箱a.b@c.cn。"
    assert mask(note) == "李阿姨（[idno]）换了号码，打[mobile]或座机[landline]；女儿车[plate]，邮箱[email]。"


def test_mask_takes_invisible_characters_along():
    assert mask("号\u200b1\u200b3800138\u200b000\u200b码") == "号\u200b[mobile]\u200b码"


def test_surer_finding_wins_over_a_longer_one():
    # An account by the word before it, a mobile number by its shape.
    assert mask("账户 13800138000 12") == "账户 [mobile] 12"


def test_word_after_a_plate_does_not_hide_it():
    assert mask("京A12345挂失") == "[plate]挂失"


def test_too_long_a_text_is_refused():
    with pytest.raises(BadInput, match="100000"):
        find("一" * (MOST_CHARACTERS + 1))


def test_longest_text_of_the_worst_kind_is_scanned():
    for piece in ("1", "a", "a@", "a.", "1-", "0 ", "账号", "京A"):
        text = (piece * MOST_CHARACTERS)[: MOST_CHARACTERS - 12] + "x13800138000"
        assert text[find(text)[-1].start :] == "13800138000"


def test_search_that_runs_out_of_time_is_refused_instead_of_passed():
    slow = ShapeRecognizer(0, Shape("idno", 0.5, "(?:a|a)+$"))
    with pytest.raises(BadInput, match="too long to scan"):
        slow.analyze("a" * 40 + "b", ["idno"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.one_of(st.text(max_size=8), st.sampled_from([text for _, text in CERTAIN + LIKELY])), max_size=6))
def test_findings_are_ordered_apart_and_inside_and_masking_leaves_the_rest(pieces):
    text = "".join(pieces)
    findings = find(text)
    assert all(one.end <= two.start for one, two in pairwise(findings))
    assert all(0 <= finding.start < finding.end <= len(text) for finding in findings)
    rest, expected = 0, ""
    for finding in findings:
        expected += text[rest : finding.start] + f"[{finding.kind}]"
        rest = finding.end
    assert mask(text) == expected + text[rest:]


def test_engine_holds_our_recognisers_only_and_logs_no_decisions():
    engine = analyzer()
    assert {type(recognizer) for recognizer in engine.registry.recognizers} == {ShapeRecognizer}
    assert engine.log_decision_process is False
    assert engine.supported_languages == [LANGUAGE]


def test_pattern_has_at_most_a_second():
    from presidio_analyzer import pattern_recognizer

    assert pattern_recognizer.REGEX_TIMEOUT_SECONDS == 1
    assert os.environ["REGEX_TIMEOUT_SECONDS"] == "1"


def test_presidio_is_loaded_with_the_first_document_and_reaches_no_network():
    code = (
        "import sys\n"
        "def refuse(event, args):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'): raise SystemExit('network')\n"
        "sys.addaudithook(refuse)\n"
        "import hub.redaction.scan as scan\n"
        "assert scan.find('') == []\n"
        "assert 'presidio_analyzer' not in sys.modules and 'spacy' not in sys.modules\n"
        "print(scan.mask('a@b.cn'))\n"
        "assert 'presidio_analyzer' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[email]\n"
