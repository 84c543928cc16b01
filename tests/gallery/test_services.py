"""Artworks: kept with their own files, published as the styles allow, deleted completely."""

import errno
import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image

from accounts.models import User
from common.storage import AtomicFileSystemStorage, StorageFull
from gallery import services
from gallery.access import Action, Viewer, can
from gallery.models import Artwork, ArtworkStyle
from gallery.moderation import hide_artwork, show_artwork
from gallery.services import (
    LicenseRefused,
    NothingToKeep,
    StyleWithdrawn,
    delete_artwork,
    keep_artwork,
    publish_artwork,
    rename_artwork,
    unpublish_artwork,
)
from inference.live.events import events_since
from inference.models import Job
from inference.services.jobs import delete_job
from inference.services.photos import delete_photo
from library.models import Style
from library.services import withdraw_style
from tests.common.test_storage import files_in
from tests.support.factories import finished_job, make_job, make_photo, make_style

pytestmark = pytest.mark.django_db(transaction=True)


def sees(user: User, artwork: Artwork) -> bool:
    """Return whether `user` may see the artwork as it is stored now."""
    return can(Viewer(user), Action.VIEW, Artwork.objects.get(pk=artwork.pk))


@pytest.fixture
def job(media_root: Path, alice: User) -> Job:
    """Return a finished job of alice."""
    assert media_root.is_dir()
    report = {"engine_version": "1", "weights": {"builtin": "ab" * 32}}
    return finished_job(alice, styles=[make_style("great-wave")], report=report)


@pytest.fixture
def artwork(job: Job) -> Artwork:
    """Return an artwork of alice."""
    return keep_artwork(job=job, title="Sea")


def made_with(owner: User, *licenses: str) -> Artwork:
    """Return an artwork with one style for each of `licenses`."""
    styles = [make_style(f"style-{number}", license=each) for number, each in enumerate(licenses)]
    return keep_artwork(job=finished_job(owner, styles=styles))


def opened(name: str | None) -> Image.Image:
    """Return a stored picture."""
    assert name
    with default_storage.open(name) as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
        return image


def stored(artwork: Artwork) -> bytes:
    """Return the bytes of the full file of an artwork."""
    with default_storage.open(str(artwork.file.name)) as file:
        return bytes(file.read())


def files_of(artwork: Artwork) -> set[str | None]:
    """Return the stored file names of an artwork."""
    return {each.name for each in (artwork.file, artwork.preview, artwork.thumb, artwork.before)}


def test_keeps_a_result_privately(artwork: Artwork, job: Job) -> None:
    artwork.refresh_from_db()
    assert (artwork.owner, artwork.job, artwork.title) == (job.owner, job, "Sea")
    assert artwork.visibility == Artwork.Visibility.PRIVATE
    assert (artwork.width, artwork.height) == (job.result_width, job.result_height)
    assert not Artwork.objects.in_public_gallery().exists()


def test_keeps_the_exact_pixels(artwork: Artwork, job: Job) -> None:
    assert opened(artwork.file.name).tobytes() == opened(job.result).tobytes()
    assert artwork.bytes == default_storage.size(str(artwork.file.name))


def test_copies_all_files(artwork: Artwork, job: Job) -> None:
    theirs = {job.result, job.preview, job.photo.file.name, job.photo.preview.name}
    assert not files_of(artwork) & theirs
    assert len(files_of(artwork)) == 4
    assert opened(artwork.thumb.name).format == "WEBP"
    assert opened(artwork.before.name).size == (job.photo.width, job.photo.height)


def test_stores_the_recipe(artwork: Artwork, job: Job) -> None:
    (part,) = job.job_styles.all()
    assert artwork.recipe["spec"] == job.spec
    assert artwork.recipe["seed"] == job.spec["seed"]
    assert artwork.recipe["weights"] == {"builtin": "ab" * 32}
    assert artwork.recipe["engine_version"] == "1"
    (style,) = artwork.recipe["styles"]
    assert (style["style"], style["version"], style["weight"]) == ("great-wave", 1, part.weight)
    assert style["image_sha256"] == part.style.image_sha256


def test_credits_the_styles(artwork: Artwork) -> None:
    assert "Katsushika Hokusai" in artwork.credit
    assert "CC0 1.0" in artwork.credit
    assert b"Katsushika Hokusai" in stored(artwork)


def test_keeps_a_result_only_once(artwork: Artwork, job: Job, media_root: Path) -> None:
    before = files_in(media_root)
    assert keep_artwork(job=job, title="Again") == artwork
    assert files_in(media_root) == before
    assert Artwork.objects.get().title == "Sea"


def test_finds_the_artwork_that_another_request_kept_first(
    artwork: Artwork, job: Job, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_in(media_root)
    really_filter = Artwork.objects.filter
    answers = iter([Artwork.objects.none()])
    monkeypatch.setattr(
        Artwork.objects, "filter", lambda **where: next(answers, None) or really_filter(**where)
    )
    assert keep_artwork(job=job) == artwork
    assert files_in(media_root) == before


def test_refuses_a_job_that_is_not_done(media_root: Path, alice: User) -> None:
    job = make_job(alice)
    before = files_in(media_root)
    with pytest.raises(NothingToKeep) as refused:
        keep_artwork(job=job)
    assert (refused.value.code, refused.value.status) == ("nothing_to_keep", 409)
    assert files_in(media_root) == before


@pytest.mark.parametrize("room_for", range(4))
def test_leaves_no_file_on_a_full_disk(
    job: Job, media_root: Path, monkeypatch: pytest.MonkeyPatch, room_for: int
) -> None:
    before = files_in(media_root)
    really_write = AtomicFileSystemStorage._write_durably
    written: list[Path] = []

    def write(self: AtomicFileSystemStorage, path: Path, content: object) -> None:
        if len(written) == room_for:
            raise OSError(errno.ENOSPC, "full")
        written.append(path)
        really_write(self, path, content)  # type: ignore[arg-type]  # passed on unchanged

    monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", write)
    with pytest.raises(StorageFull):
        keep_artwork(job=job)
    assert files_in(media_root) == before
    assert not Artwork.objects.exists()
    assert not ArtworkStyle.objects.exists()


def test_stays_after_the_deletion_of_its_job_and_photo(artwork: Artwork, job: Job) -> None:
    delete_photo(photo=job.photo)
    artwork.refresh_from_db()
    assert artwork.job is None
    assert not Job.objects.exists()
    assert all(default_storage.exists(str(name)) for name in files_of(artwork))


def test_stays_after_the_deletion_of_its_job(artwork: Artwork, job: Job) -> None:
    delete_job(job=job)
    artwork.refresh_from_db()
    assert opened(artwork.file.name).size == (artwork.width, artwork.height)


def test_changes_one_text_and_keeps_the_other(artwork: Artwork) -> None:
    rename_artwork(artwork=artwork, title="  Waves ")
    rename_artwork(artwork=artwork, alt_text="A boat")
    artwork.refresh_from_db()
    assert (artwork.title, artwork.alt_text) == ("Waves", "A boat")
    rename_artwork(artwork=artwork, title="")
    artwork.refresh_from_db()
    assert (artwork.title, artwork.alt_text) == ("", "A boat")


def test_publishes_with_its_license_in_the_file(artwork: Artwork, media_root: Path) -> None:
    before, pixels = files_in(media_root), opened(artwork.file.name).tobytes()
    artwork = publish_artwork(
        artwork=artwork, license="CC-BY-4.0", alt_text=" A boat ", shows_before=True
    )
    artwork.refresh_from_db()
    assert list(Artwork.objects.in_public_gallery()) == [artwork]
    assert (artwork.alt_text, artwork.shows_before) == ("A boat", True)
    assert opened(artwork.file.name).tobytes() == pixels
    data = stored(artwork)
    assert b"https://creativecommons.org/licenses/by/4.0/" in data
    assert b"compositeWithTrainedAlgorithmicMedia" in data
    assert len(files_in(media_root)) == len(before)


def test_changes_the_license_and_keeps_the_date_when_published_again(artwork: Artwork) -> None:
    first = publish_artwork(artwork=artwork, license="CC0-1.0").published_at
    again = publish_artwork(artwork=artwork, license="all-rights-reserved")
    assert again.published_at == first
    assert "© alice. All rights reserved.".encode() in stored(again)


@pytest.mark.parametrize(
    ("licenses", "asked", "reason"),
    [
        (["CC-BY-SA-4.0"], "CC-BY-4.0", "share-alike"),
        (["CC-BY-NC-4.0"], "CC-BY-4.0", "non-commercial"),
        (["CC-BY-4.0"], "CC0-1.0", "attribution"),
        (["CC-BY-SA-4.0", "CC-BY-NC-4.0"], "CC-BY-SA-4.0", "share-alike-forbids-non-commercial"),
        (["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"], "CC-BY-SA-4.0", "share-alike-conflict"),
    ],
)
def test_refuses_a_license_that_the_styles_do_not_allow(
    media_root: Path, alice: User, licenses: list[str], asked: str, reason: str
) -> None:
    artwork = made_with(alice, *licenses)
    before = files_in(media_root)
    with pytest.raises(LicenseRefused) as refused:
        publish_artwork(artwork=artwork, license=asked)
    artwork.refresh_from_db()
    assert (refused.value.code, refused.value.status) == ("license_refused", 422)
    assert refused.value.reasons == (reason,)
    assert artwork.visibility == Artwork.Visibility.PRIVATE
    assert files_in(media_root) == before


@pytest.mark.parametrize("asked", ["", "MIT", "CC-PDM-1.0"])
def test_refuses_a_license_that_a_new_picture_cannot_have(artwork: Artwork, asked: str) -> None:
    with pytest.raises(LicenseRefused, match="can be published only under"):
        publish_artwork(artwork=artwork, license=asked)


def test_uses_the_current_license_of_a_style(artwork: Artwork) -> None:
    Style.objects.filter(slug="great-wave").update(license="CC-BY-ND-4.0", state="withdrawn")
    with pytest.raises(LicenseRefused, match="This picture cannot be published") as refused:
        publish_artwork(artwork=artwork, license="CC-BY-4.0")
    assert refused.value.reasons == ("no-derivatives:CC-BY-ND-4.0",)


def test_keeps_the_old_file_when_the_new_one_does_not_fit(
    artwork: Artwork, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_in(media_root)

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", full)
    with pytest.raises(StorageFull):
        publish_artwork(artwork=artwork, license="CC0-1.0")
    assert files_in(media_root) == before
    assert not Artwork.objects.in_public_gallery().exists()


def test_unpublishes_an_artwork(artwork: Artwork, bob: User) -> None:
    artwork = publish_artwork(artwork=artwork, license="CC0-1.0")
    assert sees(bob, artwork)
    unpublish_artwork(artwork=artwork)
    assert not sees(bob, artwork)
    assert sees(artwork.owner, artwork)


def test_hides_an_artwork_from_all_but_its_owner(artwork: Artwork, bob: User) -> None:
    artwork = publish_artwork(artwork=artwork, license="CC0-1.0")
    hide_artwork(artwork=artwork)
    assert not Artwork.objects.in_public_gallery().exists()
    assert not sees(bob, artwork)
    assert sees(artwork.owner, artwork)
    show_artwork(artwork=artwork)
    assert sees(bob, artwork)


def test_stays_hidden_by_a_moderator_when_published_again(artwork: Artwork, bob: User) -> None:
    artwork = publish_artwork(artwork=artwork, license="CC0-1.0")
    hide_artwork(artwork=artwork)
    unpublish_artwork(artwork=artwork)
    publish_artwork(artwork=artwork, license="CC0-1.0")
    assert not sees(bob, artwork)


def test_deletes_an_artwork_with_its_files(artwork: Artwork, job: Job, media_root: Path) -> None:
    mine = files_of(artwork)
    delete_artwork(artwork=artwork)
    assert not mine & set(files_in(media_root))
    assert not Artwork.objects.exists()
    assert opened(Job.objects.get(pk=job.pk).result).size == (job.result_width, job.result_height)


def test_can_be_kept_again_after_its_deletion(artwork: Artwork, job: Job) -> None:
    delete_artwork(artwork=artwork)
    assert keep_artwork(job=Job.objects.get(pk=job.pk)).pk != artwork.pk


def test_tells_clients_when_a_result_is_kept_and_when_it_is_deleted(job: Job) -> None:
    place = events_since(job.owner_id, None)["seq"]

    artwork = keep_artwork(job=job)
    (kept,) = (page := events_since(job.owner_id, place))["events"]
    assert (kept["type"], kept["data"]["artwork"]) == ("job", str(artwork.pk))

    delete_artwork(artwork=artwork)
    (left,) = events_since(job.owner_id, page["seq"])["events"]
    assert left["data"]["artwork"] is None
    assert left["data"]["seq"] > kept["data"]["seq"] > job.seq


def test_keeps_a_transparent_result(media_root: Path, alice: User) -> None:
    job = finished_job(alice, photo=make_photo(alice))
    picture = Image.new("RGBA", (80, 64), (200, 30, 30, 90))
    with default_storage.open(job.result, "wb") as file:
        picture.save(file, "PNG")
    artwork = keep_artwork(job=job)
    assert opened(artwork.file.name).tobytes() == picture.tobytes()
    assert opened(artwork.thumb.name).mode == "RGBA"
    assert media_root.is_dir()


def test_cannot_store_a_public_artwork_without_a_license(artwork: Artwork) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Artwork.objects.filter(pk=artwork.pk).update(visibility=Artwork.Visibility.PUBLIC)
    assert services.FOLDER == "artworks"


@pytest.mark.parametrize("title", ["\u200b\u200d", "\u3164", "\u202e", " \u00ad "], ids=ascii)
def test_takes_a_title_of_which_nothing_is_to_be_seen_as_none(job: Job, title: str) -> None:
    artwork = keep_artwork(job=job, title=title)
    assert (artwork.title, str(artwork)) == ("", "Untitled")
    assert rename_artwork(artwork=artwork, title=title, alt_text=title).alt_text == ""


class TestAWithdrawnStyle:
    @pytest.fixture(autouse=True)
    def _withdrawn(self, artwork: Artwork, request: pytest.FixtureRequest) -> None:
        if "before" in request.node.name:
            publish_artwork(artwork=artwork, license="CC0-1.0")
        withdraw_style(style=Style.objects.get(slug="great-wave"))
        artwork.refresh_from_db()

    def test_cannot_be_published_any_more(self, artwork: Artwork) -> None:
        with pytest.raises(StyleWithdrawn, match="“Great Wave” was withdrawn from the library"):
            publish_artwork(artwork=artwork, license="CC0-1.0")
        assert not Artwork.objects.in_public_gallery().exists()

    def test_stays_where_it_was_published_before(self, artwork: Artwork) -> None:
        assert Artwork.objects.in_public_gallery().exists()
        publish_artwork(artwork=artwork, license="CC-BY-4.0")
        assert artwork in Artwork.objects.in_public_gallery()
