"""The techniques and media of the shipped styles are translated, whatever is added later."""

import json

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from library.label_words import MEDIA, TECHNIQUES
from library.masterwork_manifest import MASTERWORKS, read_entries
from library.models import Style
from library.shipped_styles import SHIPPED
from tests.support.factories import make_style


def test_lists_the_words_of_every_shipped_style() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text("utf-8"))
    shipped = next(value for value in manifest.values() if isinstance(value, list))
    entries = [*read_entries(MASTERWORKS), *shipped]
    assert {each.get("technique") for each in entries} - {None, ""} == set(TECHNIQUES)
    assert {each.get("medium") for each in entries} - {None, ""} == set(MEDIA)


def test_has_each_word_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert [word for word in (*TECHNIQUES, *MEDIA) if gettext(word) == word] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
def test_shows_them_in_the_language_of_the_reader(client: Client) -> None:
    style = make_style("ink")
    Style.objects.update(technique="Woodcut", medium="Oil on canvas")
    page = client.get(style.get_absolute_url(), HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "木刻版画" in page
    assert "布面油画" in page
