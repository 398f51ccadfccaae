from collections import Counter
from uuid import UUID

from hub.synth.chance import Dice, Weighted


def test_equal_seeds_draw_alike_and_others_do_not():
    first, again, other = Dice(7), Dice(7), Dice(8)
    draws = [first.between(0, 10**9) for _ in range(20)]
    assert draws == [again.between(0, 10**9) for _ in range(20)]
    assert draws != [other.between(0, 10**9) for _ in range(20)]


def test_bounds_belong_to_the_range():
    dice = Dice(1)
    assert {dice.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert {dice.below(3) for _ in range(200)} == {0, 1, 2}
    assert {dice.around(10, 1) for _ in range(200)} == {9, 10, 11}


def test_a_rid_is_a_version_4_uuid():
    dice = Dice(1)
    rids = [dice.rid() for _ in range(500)]
    assert len(set(rids)) == 500
    for rid in rids:
        assert str(UUID(rid)) == rid
        assert UUID(rid).version == 4
        assert UUID(rid).variant == "specified in RFC 4122"


def test_weights_are_shares():
    dice, table = Dice(1), Weighted({"often": 3.0, "seldom": 1.0, "never": 0.0})
    seen = Counter(table.draw(dice) for _ in range(8000))
    assert seen["never"] == 0
    assert 0.7 < seen["often"] / 8000 < 0.8
