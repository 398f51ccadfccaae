from hub.schema.names import normalise_name
from hub.synth import names
from hub.synth.chance import Dice
from hub.synth.names import FEMALE, MALE


def test_a_child_among_peoples_without_surnames_is_called_after_the_fathers_first_name():
    dice = Dice(1)
    father = names.full_name(dice, names.family_name(dice, "05"), "05", MALE, 1980)
    own = names.child_family_name(father, father.partition("·")[2], "05")
    child = names.full_name(dice, own, "05", FEMALE, 2012)
    assert child.partition("·")[2] == father.partition("·")[0]


def test_other_children_are_called_after_the_surname():
    assert names.child_family_name("欧阳建国", "欧阳", names.HAN) == "欧阳"


def test_every_name_passes_the_rule_for_names():
    dice = Dice(2)
    made = [
        names.full_name(dice, names.family_name(dice, people), people, sex, year)
        for people in ("01", "05", "08", "17")
        for sex in (MALE, FEMALE)
        for year in range(1899, 2027)
    ]
    made += [names.foreign_name(dice, sex) for sex in (MALE, FEMALE) for _ in range(50)]
    for name in made:
        assert normalise_name(name) == name


def test_some_names_have_characters_that_older_systems_cannot_store():
    dice = Dice(1)
    made = "".join(names.full_name(dice, "王", names.HAN, FEMALE, 1990) for _ in range(8000))
    assert "㛃" in made
    assert any(ord(character) > 0xFFFF for character in made)
