"""Variables of the environment are read strictly: a wrong value stops the start with a sentence."""

import pytest

from styleweb.variables import (
    WrongSetting,
    flag,
    unknown_variables,
    whole_number,
    word,
    words,
)

NAME = "STYLEWEB_OF_THIS_TEST"


def refusal(monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    """Set the variable, and return what a reader of each kind says of it, if all refuse it."""
    monkeypatch.setenv(NAME, text)
    said = []
    for read in (
        lambda: flag(NAME),
        lambda: whole_number(NAME, 1, least=1, most=9),
        lambda: word(NAME, "a", "a|b", "a or b"),
        lambda: words(NAME, ["a"], "a|b", "a or b"),
    ):
        with pytest.raises(WrongSetting) as wrong:
            read()
        said.append(str(wrong.value))
    return "\n".join(said)


@pytest.mark.parametrize("text", ["yes-please", "ture", "abc", "-7", "1.5", "a b", "$HOME"])
def test_names_the_variable_its_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    said = refusal(monkeypatch, text)
    assert said.count(NAME) == said.count(repr(text)) == 4
    assert "Set it to true or false." in said
    assert "Set it to a whole number from 1 to 9." in said
    assert said.count("Set it to a or b.") == 2


@pytest.mark.parametrize("text", ["", " "])
def test_refuses_an_empty_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert refusal(monkeypatch, text).count(f"{NAME} is empty. Set it to ") == 4


def test_uses_the_default_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert flag(NAME, default=True)
    assert whole_number(NAME, 7, most=9) == 7
    assert word(NAME, "", "a|b", "a or b") == ""
    assert words(NAME, ("a", "b"), "a|b", "a or b") == ["a", "b"]


@pytest.mark.parametrize("text", ["true", "YES", "on", "1", "False", "no", "off", "0"])
def test_reads_a_flag(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    is_on = text in {"true", "YES", "on", "1"}
    assert flag(NAME, default=not is_on) is is_on


@pytest.mark.parametrize("text", ["0", "10", "-1", "1_0", "1e3", "\u0667", "9" * 30, "0x1"])
def test_reads_no_number_outside_its_bounds(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(WrongSetting, match="from 1 to 9"):
        whole_number(NAME, 1, least=1, most=9)


def test_reads_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "a, b")
    assert words(NAME, (), "a|b", "a or b") == ["a", "b"]
    monkeypatch.setenv(NAME, "a,,b")
    with pytest.raises(WrongSetting, match="contains ''"):
        words(NAME, (), "a|b", "a or b")


def test_warns_of_a_name_that_nothing_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unknown_variables() == []
    monkeypatch.setenv("STYLEWEB_HTPS", "true")
    [warning] = unknown_variables()
    assert warning.msg == "STYLEWEB_HTPS is no setting of this site."
