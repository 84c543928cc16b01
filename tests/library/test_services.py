"""Writes to the library: versions, pictures and their files, publication and withdrawal."""

import errno
import hashlib
import io
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from PIL import Image, ImageDraw

from common.derivatives import Encoded
from common.storage import AtomicFileSystemStorage, StorageFull
from common.uploads import AcceptedPicture, accept_picture
from library.models import Artist, Style
from library.palette import main_colors
from library.services import (
    StyleEmbedding,
    StyleIncomplete,
    StylePicture,
    delete_style,
    publish_style,
    save_style,
    save_style_picture,
    withdraw_style,
)
from tests.common.test_storage import files_in
from tests.support.factories import make_job, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)


def accepted(seed: int = 0, size: tuple[int, int] = (200, 100)) -> AcceptedPicture:
    """Return a picture that passed upload validation."""
    data = picture_bytes(make_picture(size, seed=seed))
    return accept_picture(io.BytesIO(data), max_bytes=10**7)


def draft(**fields: str) -> Style:
    """Return a style that is not saved."""
    artist, _made = Artist.objects.get_or_create(name="Styleweb")
    values = {"slug": "ink", "title": "Ink", "license": "CC0-1.0", "credit_line": "Ours"}
    return Style(artist=artist, **{**values, **fields})


def test_saves_a_new_style_with_all_fields_of_its_picture(media_root: Path) -> None:
    style = save_style(style=draft(), picture=StylePicture(accepted()))
    style.refresh_from_db()
    assert (style.version, style.state) == (1, Style.State.DRAFT)
    assert (style.width, style.height) == (200, 100)
    assert style.image_sha256 == accepted().sha256
    assert style.placeholder.startswith("data:image/webp")
    assert len(style.palette) == 6
    assert set(files_in(media_root)) == {style.image.name, style.thumb.name}


def test_stores_a_file_of_the_project_unchanged(media_root: Path) -> None:
    data = picture_bytes(make_picture((200, 100)), "WEBP")
    picture = StylePicture(accepted(), Encoded(data, ".webp"))
    style = save_style(style=draft(), picture=picture)
    assert (media_root / str(style.image.name)).read_bytes() == data


def test_makes_a_new_version_for_a_new_picture_and_deletes_the_old_files(media_root: Path) -> None:
    style = save_style(style=draft(), picture=StylePicture(accepted(1)))
    old = files_in(media_root)
    style = save_style_picture(style=style, picture=accepted(2))
    assert style.version == 2
    assert len(files_in(media_root)) == 2
    assert not set(files_in(media_root)) & set(old)


def test_makes_a_new_version_for_a_new_license(media_root: Path) -> None:
    style = save_style(style=draft(), picture=StylePicture(accepted()))
    style.license = "CC-BY-4.0"
    assert save_style(style=style).version == 2
    assert len(files_in(media_root)) == 2


def test_keeps_the_version_when_only_text_changes(media_root: Path) -> None:
    style = save_style(style=draft(), picture=StylePicture(accepted()))
    style.title = "Ink, again"
    assert save_style(style=style).version == 1
    assert Style.objects.get().title == "Ink, again"
    assert len(files_in(media_root)) == 2


def test_leaves_no_file_of_a_style_when_its_row_fails(media_root: Path) -> None:
    save_style(style=draft(), picture=StylePicture(accepted(1)))
    before = files_in(media_root)
    with pytest.raises(IntegrityError):
        save_style(style=draft(), picture=StylePicture(accepted(2)))
    assert files_in(media_root) == before
    assert Style.objects.count() == 1


def test_keeps_the_old_picture_on_a_full_disk(
    media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = save_style(style=draft(), picture=StylePicture(accepted(1)))
    before = files_in(media_root)

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", full)
    with pytest.raises(StorageFull):
        save_style_picture(style=style, picture=accepted(2))
    assert files_in(media_root) == before
    assert Style.objects.get().version == 1


def code(data: bytes = b"moments", seed: int = 3) -> StyleEmbedding:
    """Return a style code with its sample."""
    return StyleEmbedding(data, "e" * 64, StylePicture(accepted(seed, (90, 120))))


class TestStyleCode:
    def test_can_replace_a_picture(self, media_root: Path) -> None:
        style = save_style(style=draft(), code=code())
        style.refresh_from_db()
        assert not style.has_picture
        assert style.shown_as == "proof"
        assert style.code_sha256 == hashlib.sha256(b"moments").hexdigest()
        assert (style.code_weights, style.image_sha256) == ("e" * 64, "")
        assert (style.width, style.height) == (90, 120)
        assert style.placeholder.startswith("data:image/webp")
        assert style.palette
        assert len(files_in(media_root)) == 3
        assert (media_root / str(style.code.name)).read_bytes() == b"moments"

    def test_publishes_without_a_picture(self, media_root: Path) -> None:
        style = publish_style(style=save_style(style=draft(), code=code()))
        assert style.state == Style.State.PUBLISHED
        assert media_root.is_dir()

    def test_makes_a_new_version_and_deletes_the_old_files(self, media_root: Path) -> None:
        style = save_style(style=draft(), code=code())
        old = files_in(media_root)
        style = save_style(style=style, code=code(b"better"))
        assert style.version == 2
        assert len(files_in(media_root)) == 3
        assert not set(files_in(media_root)) & set(old)

    def test_does_not_replace_the_picture_that_is_shown(self, media_root: Path) -> None:
        style = save_style(style=draft(), picture=StylePicture(accepted()), code=code())
        assert (style.shown_as, style.width, style.sample.name) == ("full", 200, "")
        assert set(files_in(media_root)) == {style.image.name, style.thumb.name, style.code.name}

    def test_stays_without_its_sample_when_a_picture_is_added(self, media_root: Path) -> None:
        style = save_style(style=draft(), code=code())
        style = save_style_picture(style=style, picture=accepted(2))
        style.refresh_from_db()
        assert (style.version, style.shown_as, style.width) == (2, "full", 200)
        assert style.code_sha256
        assert set(files_in(media_root)) == {style.image.name, style.thumb.name, style.code.name}

    def test_does_not_change_the_shown_picture_when_it_changes(self, media_root: Path) -> None:
        style = save_style(style=draft(), picture=StylePicture(accepted()), code=code())
        thumb = style.thumb.name
        style = save_style(style=style, code=code(b"better"))
        assert (style.version, style.thumb.name) == (2, thumb)
        assert len(files_in(media_root)) == 3

    def test_is_deleted_with_its_style(self, media_root: Path) -> None:
        delete_style(style=save_style(style=draft(), code=code()))
        assert files_in(media_root) == []

    @pytest.mark.parametrize("column", ["code", "code_sha256", "code_weights"])
    def test_must_be_complete_for_publication(self, media_root: Path, column: str) -> None:
        style = save_style(style=draft(), code=code())
        with pytest.raises(IntegrityError), transaction.atomic():
            Style.objects.filter(pk=style.pk).update(state="published", **{column: ""})
        assert media_root.is_dir()


def test_publishes_a_complete_style_once(media_root: Path) -> None:
    style = publish_style(style=save_style(style=draft(), picture=StylePicture(accepted())))
    assert style.state == Style.State.PUBLISHED
    assert list(Style.objects.published()) == [style]
    first = style.published_at
    assert publish_style(style=style).published_at == first
    assert media_root.is_dir()


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"license": ""}, "license"),
        ({"license": "CC-BY-ND-4.0"}, "license"),
        ({"license": "all-rights-reserved"}, "license"),
        ({"credit_line": ""}, "source"),
    ],
)
def test_does_not_publish_an_incomplete_style(
    media_root: Path, fields: dict[str, str], part: str
) -> None:
    style = save_style(style=draft(**fields), picture=StylePicture(accepted()))
    with pytest.raises(StyleIncomplete) as refused:
        publish_style(style=style)
    assert refused.value.code == "style_incomplete"
    assert len(refused.value.reasons) == 1
    assert part in refused.value.reasons[0]
    assert Style.objects.get().state == Style.State.DRAFT
    assert media_root.is_dir()


def test_does_not_publish_a_style_without_a_picture() -> None:
    with pytest.raises(StyleIncomplete, match="a picture"):
        publish_style(style=save_style(style=draft()))


def test_cannot_store_an_incomplete_published_style(media_root: Path) -> None:
    style = save_style(style=draft(license="CC-BY-ND-4.0"), picture=StylePicture(accepted()))
    with pytest.raises(IntegrityError), transaction.atomic():
        Style.objects.filter(pk=style.pk).update(state=Style.State.PUBLISHED)
    assert media_root.is_dir()


def test_withdraws_a_published_style_and_publishes_it_again(media_root: Path) -> None:
    style = make_style()
    Style.objects.filter(pk=style.pk).update(credit_line="Ours")
    assert withdraw_style(style=style).state == Style.State.WITHDRAWN
    assert not Style.objects.published().exists()
    assert withdraw_style(style=style).state == Style.State.WITHDRAWN
    assert publish_style(style=style).state == Style.State.PUBLISHED
    assert media_root.is_dir()


def test_deletes_a_style_with_its_files(media_root: Path) -> None:
    style = save_style(style=draft(), picture=StylePicture(accepted()))
    delete_style(style=style)
    assert files_in(media_root) == []
    assert not Style.objects.exists()


def test_does_not_delete_a_style_that_a_job_uses(media_root: Path) -> None:
    style = make_style()
    make_job(styles=[style])
    before = files_in(media_root)
    with pytest.raises(ProtectedError):
        delete_style(style=style)
    assert files_in(media_root) == before


def test_does_not_withdraw_a_draft(media_root: Path) -> None:
    style = make_style(state="draft")
    assert withdraw_style(style=style).state == Style.State.DRAFT
    assert media_root.is_dir()


def test_names_the_most_frequent_color_first() -> None:
    picture = Image.new("RGB", (100, 100), "#204060")
    ImageDraw.Draw(picture).rectangle((0, 0, 100, 20), "#f0c000")
    assert main_colors(picture) == ["#204060", "#f0c000"]
    assert main_colors(Image.new("RGBA", (64, 64), (255, 0, 0, 255))) == ["#ff0000"]
