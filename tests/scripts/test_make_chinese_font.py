"""The fonts for machines without Chinese have all that the site says, and are small."""

import re

from scripts.make_chinese_font import (
    CHARACTERS,
    FONTS,
    WEIGHTS,
    font_file,
    interface_characters,
    name_characters,
    names_file,
)

TOKENS = FONTS.parent / "css" / "tokens.css"


def test_collects_what_the_site_and_its_libraries_say() -> None:
    characters = interface_characters()
    # The studio, a label of a style, Django's admin, a page of texts, the fullwidth comma.
    assert set("照片布面油画登录隐私") <= characters
    assert "\N{FULLWIDTH COMMA}" in characters
    assert not any(each.isascii() for each in characters)


def test_has_every_character_of_the_interface() -> None:
    # Where one is missing, run scripts/make_chinese_font.py again.
    assert interface_characters() - set(CHARACTERS.read_text("utf-8")) == set()


def test_has_the_names_of_languages_in_a_small_font_of_their_own() -> None:
    names = name_characters()
    assert names_file().stat().st_size < 3_000
    told = TOKENS.read_text("utf-8").split("language-names.woff2")[1].split("}")[0]
    assert {f"U+{ord(each):04X}" for each in names} == set(re.findall(r"U\+[0-9A-F]+", told))


def test_is_small_enough_to_wait_for() -> None:
    sizes = {each.name: each.stat().st_size for each in FONTS.glob("*.woff2")}
    assert set(sizes) == {font_file(each).name for each in WEIGHTS} | {names_file().name}
    assert max(sizes.values()) < 180_000


def test_ships_the_license() -> None:
    license_text = (FONTS / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in license_text
    assert all(each.name in license_text for each in FONTS.glob("*.woff2"))
