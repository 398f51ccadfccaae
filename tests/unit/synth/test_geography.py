from itertools import islice

import pytest

from hub.synth.cast import FIRST_GRID, OTHER_GRID
from hub.synth.chance import Dice
from hub.synth.geography import addresses, community_name, plan

SIZES = [10, 11, 12, 29, 100, 999, 1000, 10_000, 123_457, 1_000_000]


@pytest.mark.parametrize("residents", SIZES)
def test_grids_hold_everybody_and_have_room_for_the_cast(residents):
    grids = plan(residents, Dice(1))
    assert sum(grid.residents for grid in grids) == residents
    assert min(grid.residents for grid in grids) >= 1
    rooms = {grid.code: grid.residents for grid in grids}
    assert rooms[FIRST_GRID] >= 4
    assert rooms[OTHER_GRID] >= 1


@pytest.mark.parametrize("residents", SIZES)
def test_codes_nest_and_every_boundary_exists(residents):
    grids = plan(residents, Dice(1))
    assert len({grid.code for grid in grids}) == len(grids)
    assert len({grid.community for grid in grids}) >= 2
    assert sum(grid.community == grids[0].community for grid in grids) >= 2
    for grid in grids:
        assert len(grid.code) == 15
        assert grid.code.startswith(grid.community)
        assert len(grid.community) == 12
        assert 1 <= int(grid.community[6:9]) <= 99, "streets have codes 001 to 099"
        assert 1 <= int(grid.community[9:12]) <= 199, "residents' committees have codes 001 to 199"


def test_communities_of_the_largest_world_have_names_of_their_own():
    grids = plan(1_000_000, Dice(1))
    assert len({grid.place for grid in grids}) == len({grid.community for grid in grids})
    assert len({community_name(number) for number in range(280)}) == 280


def test_no_flat_is_given_twice():
    grid = plan(1000, Dice(1))[0]
    flats = list(islice(addresses(grid, Dice(1)), 2000))
    assert len(set(flats)) == 2000
    assert all(flat.startswith("云澜街道桂花社区") and flat.endswith("室") for flat in flats)
