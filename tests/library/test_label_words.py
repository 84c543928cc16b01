"""What the labels of the shipped styles say is translated, whatever is added later."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from library.description_words import DESCRIPTIONS
from library.label_words import MEDIA, TECHNIQUES
from library.masterwork_manifest import MASTERWORKS, read_entries
from library.models import Style
from library.search import find_styles
from library.shipped_styles import SHIPPED
from tests.support.factories import make_style


def test_lists_the_words_of_every_shipped_style() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text("utf-8"))
    shipped = next(value for value in manifest.values() if isinstance(value, list))
    entries = [*read_entries(MASTERWORKS), *shipped]
    assert {each.get("technique") for each in entries} - {None, ""} == set(TECHNIQUES)
    assert {each.get("medium") for each in entries} - {None, ""} == set(MEDIA)
    assert {each["description"] for each in entries} == DESCRIPTIONS


def test_has_each_word_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert [
            word for word in (*TECHNIQUES, *MEDIA, *DESCRIPTIONS) if gettext(word) == word
        ] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
def test_shows_them_in_the_language_of_the_reader(client: Client) -> None:
    style = make_style("ink")
    Style.objects.update(technique="Woodcut", medium="Oil on canvas")
    page = client.get(style.get_absolute_url(), HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "木刻版画" in page
    assert "布面油画" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
def test_describes_a_style_in_the_language_of_the_reader(client: Client) -> None:
    style = make_style("ink")
    words = next(each for each in DESCRIPTIONS if each.startswith("Five breaths"))
    Style.objects.update(description=words)
    for address in (style.get_absolute_url(), reverse("styles"), reverse("studio")):
        chinese = client.get(address, HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
        english = client.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert "便是云雾。" in chinese, address
        assert words in english, address
        assert f">{words}" not in chinese
        assert f'"{words}"' not in chinese


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
def test_shows_what_a_user_wrote_as_it_is(client: Client) -> None:
    style = make_style("ink")
    Style.objects.update(description="<b>50% wool</b>\n& silk")
    page = client.get(style.get_absolute_url(), HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "<p>&lt;b&gt;50% wool&lt;/b&gt;<br>&amp; silk</p>" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
def test_finds_a_style_by_its_description_in_chinese() -> None:
    style, _other = make_style("ink"), make_style("oil")
    words = next(each for each in DESCRIPTIONS if each.startswith("Five breaths"))
    Style.objects.filter(pk=style.pk).update(description=words)
    assert [*find_styles(Style.objects.published(), "云雾")] == [style]
