"""The settings of a recipe on pages: in words, in the language of the reader."""

import dataclasses

import pytest
from django.utils.translation import override

from gallery.recipe_words import words_of
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.spec import Color, TransferSpec


@pytest.mark.parametrize("method", METHOD_INFOS)
def test_says_every_setting_of_a_method_in_words(method: str) -> None:
    spec = TransferSpec(
        method=method, size=768, steps=20, learning_rate=0.5, mask_invert=True, mask_feather=0.1
    )
    with override("zh-hans"):
        said = words_of({"spec": vars(spec)})
    info = METHOD_INFOS[method]
    assert len(said.settings) == len(info.used)
    # Names of controls are English words with underscores, and no Chinese page has them.
    raw = {field.name for field in dataclasses.fields(TransferSpec)}
    titles = {title for title, _value in said.settings}
    assert not titles & raw
    assert not any(title.isascii() for title in titles)
    assert not said.method.isascii()


def test_says_values_as_the_studio_does() -> None:
    spec = TransferSpec(method="fast", strength=0.5, color=Color.MATCH, size=768, style_scale=1.5)
    said = words_of({"spec": spec.to_json(), "development": {"strength": 0.25, "color": "content"}})
    settings = dict(said.settings)
    assert said.method == "Fast"
    assert settings["Strength"] == "50%"
    assert settings["Colors"] == "In between"
    assert settings["Picture size"] == "768 px"
    assert settings["Brush size"] == "1.5"
    assert not {"Soft edge", "Paint only a part"} & set(settings)
    assert said.afterwards == [("Strength", "25%"), ("Colors", "From photo")]


def test_reads_recipes_of_other_releases() -> None:
    said = words_of({"spec": {"method": "gone", "strength": 1, "color": "odd", "other": 3}})
    assert (said.method, said.settings) == ("gone", [("Strength", "100%"), ("Colors", "odd")])
    assert words_of({}) == ("", [], [])
