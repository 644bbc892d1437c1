from hypothesis import given
from hypothesis import strategies as st

from web.presenters.names import initials, middle_cut, visible


def test_a_short_name_stays_as_it_is() -> None:
    assert middle_cut("db-07", 16) == "db-07"


def test_a_long_name_keeps_both_its_ends() -> None:
    assert middle_cut("fra-prod-postgresql-replica-0007", 16) == "fra-prod…ca-0007"


def test_an_accent_stays_with_its_letter() -> None:
    name = "e\N{COMBINING ACUTE ACCENT}" * 10
    cut = middle_cut(name, 5)
    assert cut == "e\N{COMBINING ACUTE ACCENT}" * 2 + "…" + "e\N{COMBINING ACUTE ACCENT}" * 2


def test_marks_that_turn_text_around_are_shown_and_not_obeyed() -> None:
    assert visible("invoice\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe") == "invoice�fdp.exe"
    assert visible("a\N{ZERO WIDTH SPACE}b") == "a�b"


def test_control_characters_become_signs() -> None:
    assert visible("db\x07\n") == "db␇␊"


def test_every_script_of_the_world_stays() -> None:
    for name in ("Ольга Петрова", "Ana Núñez", "数据库", "قاعدة", "naïve “x”"):
        assert visible(name) == name


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_what_is_shown_never_moves_the_text_around_it(text: str, width: int) -> None:
    shown = middle_cut(text, width)
    assert not set(shown) & {chr(code) for code in [*range(0x20), *range(0x202A, 0x202F)]}


def test_initials_are_first_and_last() -> None:
    assert initials("Ana Ruiz Fernández") == "AF"
    assert initials("root") == "R"
    assert initials("(?)") == "?"
