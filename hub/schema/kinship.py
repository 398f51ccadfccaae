"""Near relatives (近亲属) as household registration knows them: by what each is to the head of one household.

民法典 第一千零四十五条: spouse, parents, children, siblings, grandparents, grandchildren. In-laws and lodgers are none.
Codes are those of GB/T 4761; a pair that does not tell for sure, such as two grandchildren, tells nothing.
"""

_HEAD = frozenset({"01", "02", "03"})
_SPOUSE = frozenset({"10", "11", "12"})
_CHILD = frozenset({*(f"2{digit}" for digit in "01234567"), *(f"3{digit}" for digit in "01234567")})
_GRANDCHILD = frozenset({"40", "41", "42", "43", "44"})
_PARENT = frozenset({"50", "51", "52", "57", "58"})
_GRANDPARENT = frozenset({"60", "61", "62", "63", "64"})
_SIBLING = frozenset({"70", "71", "73", "75", "77"})
_NEAR = [
    *((_HEAD, each) for each in (_SPOUSE, _CHILD, _GRANDCHILD, _PARENT, _GRANDPARENT, _SIBLING)),
    (_SPOUSE, _CHILD),
    (_SPOUSE, _GRANDCHILD),
    (_CHILD, _CHILD),
    (_CHILD, _PARENT),
    (_PARENT, _PARENT),
    (_PARENT, _SIBLING),
    (_SIBLING, _SIBLING),
]


_IN_LAW = frozenset({"28", "38"})
"""A child's wife or husband: of a grandchild of the head, as likely a parent as the child is."""
_PARENTS = [
    (_HEAD | _SPOUSE, _CHILD),
    (_CHILD | _IN_LAW, _GRANDCHILD),
    (_PARENT, _HEAD | _SIBLING),
    (_GRANDPARENT, _PARENT),
]


def fits_parent(one: str, child: str) -> bool:
    """Whether a guardian's place in a household fits a parent of a child's, by the relation of each to its head."""
    return any(one in older and child in younger for older, younger in _PARENTS)


def near_relatives(one: str, other: str) -> bool:
    """Whether two members of one household are near relatives, by the relation of each to its head."""
    return any((one in first and other in second) or (other in first and one in second) for first, second in _NEAR)
