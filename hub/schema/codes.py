"""Words and short codes that departments write for the codes of the tables."""

from collections.abc import Mapping

BOOLEANS: Mapping[str, bool] = {
    "1": True,
    "0": False,
    "true": True,
    "false": False,
    "True": True,
    "False": False,
    "TRUE": True,
    "FALSE": False,
    "是": True,
    "否": False,
}

ALIASES: Mapping[str, Mapping[str, str]] = {
    "sex": {"男": "1", "女": "2", "未知": "0", "未说明": "9"},
    "life": {"存活": "alive", "死亡": "dead", "迁出": "moved"},
    "residence": {"自住": "owned", "租住": "rented", "寄住": "lodging"},
    "marital": {"未婚": "10", "已婚": "20", "初婚": "21", "再婚": "22", "复婚": "23", "丧偶": "30", "离婚": "40"},
    "relation": {"本人": "01", "户主": "02", "配偶": "10", "夫": "11", "妻": "12", "子": "20", "女": "30"},
    "med.level": {"自理": "1", "半失能": "2", "失能": "3"},
    "fin.check": {"符合": "meets", "不符合": "does_not_meet"},
    # The second code is the register's own number for the kind (GA/T 2000.156).
    "idtype": {
        "居民身份证": "resident_id",
        "111": "resident_id",
        "港澳居民来往内地通行证": "hk_macau_travel_permit",
        "516": "hk_macau_travel_permit",
        "台湾居民来往大陆通行证": "taiwan_travel_permit",
        "511": "taiwan_travel_permit",
        "外国人永久居留身份证": "foreign_pr_card",
        "553": "foreign_pr_card",
        "普通护照": "passport_cn",
        "414": "passport_cn",
    },
}
"""Field key to the words understood for its codes; the codes themselves stand in the schema."""

TWO_DIGITS = frozenset({"ethnicity", "politics"})
"""Tables of two digits whose leading zero spreadsheets drop without changing the meaning."""


def words_of(key: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Every spelling a code field accepts, to its code.

    Args:
        key: the field.
        codes: its code table.
    """
    words = {code: code for code in codes}
    if key in TWO_DIGITS:
        words |= {code.lstrip("0"): code for code in codes}
    return words | dict(ALIASES.get(key, {}))
