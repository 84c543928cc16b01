"""Pages of curators: pictures are validated, services save, and nothing is styled inline."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.sandbox import slots
from common.sandbox.slots import slot
from library.models import Artist, Evidence, Style
from tests.common.test_storage import files_in
from tests.support import hostile
from tests.support.factories import make_code_style, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)

LIST = reverse("admin:library_style_changelist")
ADD = reverse("admin:library_style_add")


@pytest.fixture
def curator(alice: User) -> Client:
    """Return a browser that is signed in as a curator: staff, with rights only for styles."""
    alice.is_staff = True
    alice.save(update_fields=["is_staff"])
    rights = Permission.objects.filter(
        content_type__app_label="library", codename__regex="^(add|change|delete|view)_"
    )
    alice.user_permissions.set(rights)
    client = Client()
    client.force_login(alice)
    return client


def form(data: bytes | None, **changes: str) -> dict[str, object]:
    """Return the data that the form of the curator sends."""
    artist, _made = Artist.objects.get_or_create(name="Styleweb")
    fields: dict[str, object] = {
        "title": "Ink",
        "slug": "ink",
        "artist": artist.pk,
        "license": "CC0-1.0",
        "credit_line": "Ours",
        "tags": "ink, brush",
        "position": "3",
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
        **changes,
    }
    if data is not None:
        fields["picture"] = SimpleUploadedFile("my secret name.jpg", data, "image/jpeg")
    return fields


def page_of(style: Style) -> str:
    """Return the address of the page of a style."""
    return reverse("admin:library_style_change", args=[style.pk])


def test_adds_a_style_with_a_valid_picture(curator: Client, media_root: Path) -> None:
    data = picture_bytes(make_picture((200, 120)), "JPEG")
    response = curator.post(ADD, form(data))
    assert response.status_code == 302
    style = Style.objects.get(slug="ink")
    assert (style.state, style.version, style.width, style.position) == ("draft", 1, 200, 3)
    assert style.tags == ["ink", "brush"]
    assert style.palette
    assert len(files_in(media_root)) == 2


@pytest.mark.parametrize("name", ["text", "svg", "eps"])
def test_refuses_a_picture_that_validation_refuses(
    curator: Client, media_root: Path, name: str
) -> None:
    response = curator.post(ADD, form(hostile.SPOOFS[name]))
    assert "not supported" in response.content.decode()
    assert files_in(media_root) == []
    assert not Style.objects.exists()


def test_asks_to_come_back_when_the_server_is_busy(
    curator: Client, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
    with slot("pictures", who="library"):
        page = curator.post(ADD, form(picture_bytes(make_picture((200, 120)))))
    assert "The server is busy" in page.text
    assert not Style.objects.exists()
    assert files_in(media_root) == []


def test_replaces_the_picture_and_makes_a_new_version(curator: Client, media_root: Path) -> None:
    curator.post(ADD, form(picture_bytes(make_picture((200, 120)))))
    style = Style.objects.get()
    curator.post(page_of(style), form(picture_bytes(make_picture((90, 90)))))
    style.refresh_from_db()
    assert (style.version, style.width) == (2, 90)
    assert len(files_in(media_root)) == 2


def test_keeps_the_picture_when_only_text_changes(curator: Client, media_root: Path) -> None:
    curator.post(ADD, form(picture_bytes(make_picture((200, 120)))))
    style = Style.objects.get()
    before = files_in(media_root)
    curator.post(page_of(style), form(None, title="Ink, again"))
    style.refresh_from_db()
    assert (style.title, style.version) == ("Ink, again", 1)
    assert files_in(media_root) == before


def test_ignores_computed_fields_in_the_form(curator: Client, media_root: Path) -> None:
    sent = form(picture_bytes(make_picture((200, 120))))
    curator.post(ADD, {**sent, "state": "published", "version": "9", "image_sha256": "f" * 64})
    style = Style.objects.get()
    assert (style.state, style.version) == ("draft", 1)
    assert style.image_sha256 != "f" * 64
    assert media_root.is_dir()


def test_refuses_a_license_that_a_published_style_may_not_have(
    curator: Client, media_root: Path
) -> None:
    style = make_style("ink")
    response = curator.post(page_of(style), form(None, license="CC-BY-ND-4.0"))
    assert "withdraw the style first" in response.content.decode()
    style.refresh_from_db()
    assert style.license == "CC0-1.0"
    assert media_root.is_dir()


def test_publishes_and_withdraws_from_the_list(curator: Client, media_root: Path) -> None:
    curator.post(ADD, form(picture_bytes(make_picture((200, 120)))))
    style = Style.objects.get()
    for action, state in (("publish", "published"), ("withdraw", "withdrawn")):
        curator.post(LIST, {"action": action, "_selected_action": [str(style.pk)]})
        style.refresh_from_db()
        assert style.state == state
    assert media_root.is_dir()


def test_deletes_styles_and_all_files_from_page_and_list(curator: Client, media_root: Path) -> None:
    first, second = make_style("ink"), make_style("wave")
    curator.post(reverse("admin:library_style_delete", args=[first.pk]), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [str(second.pk)], "post": "yes"}
    curator.post(LIST, chosen)
    assert not Style.objects.exists()
    assert files_in(media_root) == []


def test_says_what_a_style_lacks(curator: Client, media_root: Path) -> None:
    style = make_style("ink", license="", state="draft")
    chosen = {"action": "publish", "_selected_action": [str(style.pk)]}
    page = curator.post(LIST, chosen, follow=True).content.decode()
    assert "The record is incomplete" in page
    style.refresh_from_db()
    assert style.state == "draft"
    assert media_root.is_dir()


def test_shows_picture_license_and_credit(curator: Client, media_root: Path) -> None:
    style = make_style("ink", license="CC-BY-SA-4.0", state="draft")
    page = curator.get(page_of(style)).content.decode()
    source = reverse("style-file", kwargs={"slug": "ink", "variant": "full"})
    assert f'<img src="{source}" width="320" height="320" alt="">' in page
    assert "Results under the same license: yes" in page
    assert "creativecommons.org/licenses/by-sa/4.0/" in page
    assert curator.get(source).getvalue().startswith(b"\x89PNG")
    assert media_root.is_dir()


def test_shows_the_sample_of_a_style_without_a_picture(curator: Client, media_root: Path) -> None:
    style = make_code_style("cafe")
    page = curator.get(page_of(style)).content.decode()
    source = reverse("style-file", kwargs={"slug": "cafe", "variant": "proof"})
    assert f'<img src="{source}" width="320" height="213" alt="">' in page
    assert style.code_sha256 in page
    assert source.replace("proof", "thumb") in curator.get(LIST).content.decode()
    assert media_root.is_dir()


def test_keeps_evidence_with_the_record(curator: Client, media_root: Path) -> None:
    style = make_style("ink")
    row = {
        "evidence-0-statement": "The artist died in 1849.",
        "evidence-0-url": "https://example.org/ink",
        "evidence-0-recorded_by": "Carol",
        "evidence-0-recorded_at_0": "2026-01-02",
        "evidence-0-recorded_at_1": "03:04",
    }
    response = curator.post(page_of(style), form(None, **{**row, "evidence-TOTAL_FORMS": "1"}))
    assert response.status_code == 302
    written = Evidence.objects.get(style=style)
    assert (written.statement, written.recorded_by) == ("The artist died in 1849.", "Carol")
    assert media_root.is_dir()


@pytest.mark.parametrize(
    ("display_name", "offered"), [("", "Styleweb"), ("Carola M.", "Carola M.")]
)
def test_offers_no_sign_in_name_as_the_author_of_evidence(
    curator: Client, media_root: Path, display_name: str, offered: str
) -> None:
    User.objects.update(display_name=display_name)
    # Everybody can read the evidence of a published style.
    page = curator.get(page_of(make_style("ink"))).context["inline_admin_formsets"][0]
    assert page.formset.form.base_fields["recorded_by"].initial == offered
    assert media_root.is_dir()


def test_filters_and_searches_the_list(curator: Client, media_root: Path) -> None:
    make_style("ink")
    make_style("wave", state="draft")
    page = curator.get(LIST, {"state__exact": "draft", "q": "wave"}).content.decode()
    assert ">Wave<" in page
    assert ">Ink<" not in page
    assert media_root.is_dir()


@pytest.mark.parametrize("where", ["list", "add", "change"])
def test_has_no_inline_script_or_style(curator: Client, media_root: Path, where: str) -> None:
    style = make_style("ink")
    url = {"list": LIST, "add": ADD, "change": page_of(style)}[where]
    response = curator.get(url)
    page = response.content.decode()
    assert "style-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)(?![^>]*json)", page)
    assert media_root.is_dir()


def test_is_closed_to_others(bob: User, media_root: Path) -> None:
    make_style("ink")
    client = Client()
    assert client.get(LIST).status_code == 302
    client.force_login(bob)
    assert client.get(LIST).status_code == 302
    bob.is_staff = True
    bob.save(update_fields=["is_staff"])
    assert client.get(LIST).status_code == 403
    assert media_root.is_dir()


def test_shows_drafts_only_to_curators(curator: Client, bob: User, media_root: Path) -> None:
    make_style("ink", state="draft")
    url = reverse("style-file", kwargs={"slug": "ink", "variant": "thumb"})
    answer = curator.get(url)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.getvalue()
    stranger = Client()
    assert stranger.get(url).status_code == 404
    stranger.force_login(bob)
    assert stranger.get(url).status_code == 404
    assert media_root.is_dir()


def test_shows_tags_as_words(curator: Client) -> None:
    style = make_style("ink")
    Style.objects.update(tags=["ink", "brush"])
    assert 'value="ink, brush"' in page_of_curator(curator, style)


def test_fills_in_who_records_evidence_of_which_picture(curator: Client, alice: User) -> None:
    style = make_style("ink")
    page = page_of_curator(curator, style)
    assert 'value="Styleweb"' in page
    assert f'value="{alice.username}"' not in page
    assert page.count(f'value="{style.image_sha256}"') >= 1
    # Hashes are long and rarely read, so they are folded.
    assert page.count("<details") >= 2


def page_of_curator(curator: Client, style: Style) -> str:
    answer = curator.get(reverse("admin:library_style_change", args=[style.pk]))
    text: str = answer.content.decode()
    return text
