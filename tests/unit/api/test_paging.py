import pytest

from hub.api.paging import MOST_CURSOR, MOST_LISTED, Paging, read_paging
from hub.errors import BadInput


def paging(query):
    return read_paging({"type": "http", "query_string": query.encode("latin-1")})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Paging()),
        ("cursor=", Paging()),
        ("limit=1", Paging(None, 1)),
        (f"limit={MOST_LISTED}", Paging(None, MOST_LISTED)),
        ("cursor=abc_-%3D", Paging("abc_-=")),
        ("cursor=a&limit=5&limit=7", Paging("a", 7)),
    ],
)
def test_query_says_where_and_how_much(query, expected):
    assert paging(query) == expected


@pytest.mark.parametrize("limit", ["", "0", "-1", "+1", "201", "1000", "1e1", "1.0", "x", "%D9%A3", " 5", "null"])
def test_limit_outside_its_range_is_named(limit):
    with pytest.raises(BadInput) as refused:
        paging(f"limit={limit}")
    assert refused.value.member == "limit"


@pytest.mark.parametrize(("query", "member"), [("limt=5", "limt"), ("cursor=x&page=2", "page")])
def test_parameter_that_no_list_takes_is_named(query, member):
    with pytest.raises(BadInput) as refused:
        paging(query)
    assert refused.value.member == member


@pytest.mark.parametrize("query", ["13800138000=1", "=null", "%E6%B2%88=1", f"{'x' * 65}=1"])
def test_name_that_could_be_anything_is_not_repeated(query):
    with pytest.raises(BadInput) as refused:
        paging(query)
    assert refused.value.member == "a member whose name is not repeated here"


def test_cursor_of_any_size_is_not_taken():
    assert paging(f"cursor={'x' * MOST_CURSOR}").cursor == "x" * MOST_CURSOR
    with pytest.raises(BadInput) as refused:
        paging(f"cursor={'x' * (MOST_CURSOR + 1)}")
    assert refused.value.member == "cursor"
