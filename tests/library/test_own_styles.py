"""Writes that users make to their own styles: add, change, offer, delete."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from common.storage import AtomicFileSystemStorage, StorageFull
from common.upload_limit import TooManyUploads
from common.uploads import UploadRefused
from inference.models import Job
from library.credits import attribution, work_of
from library.models import Artist, Evidence, Style
from library.own_styles import (
    RIGHTS,
    Answers,
    RightsNotGiven,
    StyleInLibrary,
    StyleInReview,
    StyleInUse,
    StyleQuotaExceeded,
    add_style,
    change_style,
    delete_own_style,
    library_style_like,
    offer_style,
    take_back_style,
)
from library.services import StylePicture, publish_style, save_style, withdraw_style
from library.style_pictures import accept_style_picture
from style_transfer.imaging.perceptual_hash import perceptual_hash
from tests.common.test_storage import files_in
from tests.support.factories import (
    finished_job,
    make_job,
    make_picture,
    make_style,
    make_tile,
    make_user,
    picture_bytes,
)

pytestmark = pytest.mark.django_db
State = Style.State


def sent(seed: int = 0, size: tuple[int, int] = (200, 160), form: str = "PNG") -> io.BytesIO:
    """Return a picture as it is uploaded."""
    return io.BytesIO(picture_bytes(make_picture(size, seed=seed), form))


def add(owner: User, seed: int = 0, **answers: str) -> Style:
    """Return a new style of `owner`."""
    style, created = add_style(owner=owner, file=sent(seed), answers=Answers(**answers))
    assert created
    return style


def library_style(seed: int, slug: str = "wave") -> Style:
    """Return a published style with its hash."""
    style = make_style(slug, state="draft")
    picture = StylePicture(accept_style_picture(sent(seed), max_bytes=10**7))
    save_style(style=style, picture=picture)
    Style.objects.filter(pk=style.pk).update(state=State.PUBLISHED, credit_line="Ours")
    style.refresh_from_db()
    return style


class TestAdd:
    def test_stores_a_private_style(self, alice: User, media_root: Path) -> None:
        style = add(alice)
        style.refresh_from_db()
        assert (style.state, style.owner, style.version) == (State.PRIVATE, alice, 1)
        assert style.slug.startswith("own-")
        assert style.title == "My style 1"
        assert (style.license, style.artist.name) == ("unknown-rights", "Unknown artist")
        assert style.perceptual_hash
        assert len(style.palette) == 6
        assert set(files_in(media_root)) == {style.image.name, style.thumb.name}
        files = [media_root / name for name in files_in(media_root)]
        assert style.stored_bytes >= sum(file.stat().st_size for file in files)

    def test_takes_the_answers(self, alice: User, media_root: Path) -> None:
        style = add(alice, title="  Barn\u202e ", artist="Aunt Emma", rights="CC-BY-4.0")
        assert (style.title, style.artist.name, style.license) == ("Barn", "Aunt Emma", "CC-BY-4.0")
        assert files_in(media_root)

    def test_names_the_owner_as_the_maker_of_an_own_work(
        self, alice: User, media_root: Path
    ) -> None:
        style = add(alice, rights="own-work", title="Barn")
        assert attribution([work_of(style)], form="text") == "“Barn” by alice"
        assert files_in(media_root)

    def test_keeps_artists_of_two_users_apart(
        self, alice: User, bob: User, media_root: Path
    ) -> None:
        ours = Artist.objects.create(name="Emma")
        one, other = (add(user, artist="Emma") for user in (alice, bob))
        again = add(alice, seed=2, artist="Emma")
        assert one.artist == again.artist
        assert len({ours.pk, one.artist.pk, other.artist.pk}) == 3
        assert files_in(media_root)

    def test_is_one_style_for_the_same_file(self, alice: User, media_root: Path) -> None:
        style = add(alice, title="First")
        again, created = add_style(owner=alice, file=sent(), answers=Answers(title="Second"))
        assert (again, created, again.title) == (style, False, "First")
        assert len(files_in(media_root)) == 2

    def test_is_another_style_for_another_user(
        self, alice: User, bob: User, media_root: Path
    ) -> None:
        assert add(alice) != add(bob)
        assert len(files_in(media_root)) == 4

    def test_takes_the_file_of_a_deleted_or_withdrawn_style_again(
        self, alice: User, media_root: Path
    ) -> None:
        first = add(alice)
        Style.objects.filter(pk=first.pk).update(license="CC0-1.0", state=State.PUBLISHED)
        withdraw_style(style=first)
        second = add(alice)
        assert second != first
        delete_own_style(style=second)
        assert add(alice) != second
        assert files_in(media_root)

    def test_offers_the_style_of_the_library_for_a_near_copy(
        self, alice: User, media_root: Path
    ) -> None:
        wave = library_style(seed=5)
        copy = make_picture((200, 160), seed=5).resize((140, 112), Image.Resampling.LANCZOS)
        file = io.BytesIO(picture_bytes(copy, "JPEG"))
        style, _created = add_style(owner=alice, file=file)
        assert style.resembles == wave
        assert add(alice, seed=6).resembles is None
        assert files_in(media_root)

    def test_offers_no_private_style(self, alice: User, bob: User, media_root: Path) -> None:
        add(bob, seed=5)
        assert add(alice, seed=5).resembles is None
        assert library_style_like(perceptual_hash(make_picture(seed=5))) is None
        assert files_in(media_root)

    @pytest.mark.parametrize(
        ("picture", "code"),
        [
            (Image.new("RGB", (80, 80), "teal"), "one_color"),
            (make_picture((8, 8)), "too_small"),
            (make_picture((64, 3200)), "too_narrow"),
        ],
        ids=["one-color", "8x8", "1-to-50"],
    )
    def test_leaves_nothing_of_a_bad_picture(
        self, alice: User, media_root: Path, picture: Image.Image, code: str
    ) -> None:
        with pytest.raises(UploadRefused) as refusal:
            add_style(owner=alice, file=io.BytesIO(picture_bytes(picture)))
        assert refusal.value.code == code
        assert not Style.objects.exists()
        assert files_in(media_root) == []

    def test_leaves_nothing_on_a_full_disk(
        self, alice: User, media_root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write, written = AtomicFileSystemStorage._write_durably, []

        def full(storage: AtomicFileSystemStorage, path: Path, content: Any) -> None:
            written.append(path)
            if len(written) == 2:
                raise OSError(errno.ENOSPC, "full")
            write(storage, path, content)

        monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", full)
        with pytest.raises(StorageFull):
            add(alice)
        assert not Style.objects.exists()
        assert not Artist.objects.exists()
        assert files_in(media_root) == []

    def test_stops_at_the_number_of_styles(
        self, alice: User, bob: User, media_root: Path, settings: Settings
    ) -> None:
        settings.STYLES_MAX_PER_USER = 1
        first = add(alice)
        with pytest.raises(StyleQuotaExceeded, match="up to 1 styles") as refusal:
            add(alice, seed=1)
        assert (refusal.value.code, refusal.value.status) == ("style_quota_exceeded", 413)
        # A known file needs no room, and the limit is of one user.
        assert add_style(owner=alice, file=sent()) == (first, False)
        add(bob, seed=1)
        delete_own_style(style=first)
        add(alice, seed=1)
        assert files_in(media_root)

    def test_stops_at_the_storage(self, alice: User, media_root: Path, settings: Settings) -> None:
        settings.STYLES_MAX_BYTES_PER_USER = add(alice).stored_bytes + 1
        before = files_in(media_root)
        with pytest.raises(StyleQuotaExceeded, match="Delete one first"):
            add(alice, seed=1)
        assert files_in(media_root) == before

    def test_counts_as_an_upload(self, alice: User, media_root: Path, settings: Settings) -> None:
        settings.API_LIMITS = settings.API_LIMITS | {"upload": (1, 60)}
        add(alice)
        with pytest.raises(TooManyUploads):
            add(alice, seed=1)
        assert len(files_in(media_root)) == 2


class TestChange:
    def test_renames(self, alice: User, media_root: Path) -> None:
        style = change_style(style=add(alice, title="Barn"), answers=Answers(title="Old barn"))
        assert (style.title, style.version) == ("Old barn", 1)
        assert files_in(media_root)

    def test_makes_a_version_of_other_rights(self, alice: User, media_root: Path) -> None:
        style = change_style(style=add(alice), answers=Answers(rights="CC-BY-4.0"))
        assert (style.license, style.version) == ("CC-BY-4.0", 2)
        assert files_in(media_root)

    def test_ignores_an_empty_answer(self, alice: User, media_root: Path) -> None:
        style = add(alice, title="Barn", source_url="https://example.org/")
        style = change_style(style=style, answers=Answers(title=" ", artist="", source_url=""))
        assert (style.title, style.artist.name) == ("Barn", "Unknown artist")
        assert style.source_url == ""
        assert files_in(media_root)

    def test_waits_for_the_decision_of_curators(self, alice: User, media_root: Path) -> None:
        style = offer_style(style=add(alice, rights="CC0-1.0"))
        with pytest.raises(StyleInReview):
            change_style(style=style, answers=Answers(title="Other"))
        style = take_back_style(style=style)
        assert change_style(style=style, answers=Answers(title="Other")).title == "Other"
        assert files_in(media_root)


class TestOffer:
    def test_gives_an_own_work_under_a_license(self, alice: User, media_root: Path) -> None:
        style = offer_style(style=add(alice, rights="own-work"), rights="CC-BY-4.0")
        assert (style.state, style.license) == (State.IN_REVIEW, "CC-BY-4.0")
        row = Evidence.objects.get(style=style)
        assert "my own work" in row.statement
        assert "CC BY 4.0" in row.statement
        assert (row.recorded_by, row.picture_sha256) == ("alice", style.image_sha256)
        assert files_in(media_root)

    def test_is_safe_to_repeat(self, alice: User, media_root: Path) -> None:
        style = add(alice, rights="CC-PDM-1.0", source_url="https://example.org/scan")
        assert offer_style(style=offer_style(style=style)).state == State.IN_REVIEW
        assert Evidence.objects.get(style=style).url == "https://example.org/scan"
        assert files_in(media_root)

    @pytest.mark.parametrize(
        ("rights", "given"),
        [
            ("unknown-rights", ""),
            ("unknown-rights", "CC0-1.0"),
            ("own-work", ""),
            ("own-work", "CC-BY-ND-4.0"),
            ("CC-BY-ND-4.0", "CC-BY-4.0"),
        ],
    )
    def test_needs_rights_that_the_library_can_use(
        self, alice: User, media_root: Path, rights: str, given: str
    ) -> None:
        style = add(alice, rights=rights)
        with pytest.raises(RightsNotGiven) as refusal:
            offer_style(style=style, rights=given)
        assert (refusal.value.code, refusal.value.status) == ("rights_not_given", 422)
        style.refresh_from_db()
        assert (style.state, style.license) == (State.PRIVATE, rights)
        assert not Evidence.objects.exists()
        assert files_in(media_root)

    def test_lets_curators_publish_it(self, alice: User, bob: User, media_root: Path) -> None:
        style = offer_style(style=add(alice, rights="CC0-1.0", artist="Emma"))
        assert publish_style(style=style).state == State.PUBLISHED
        # The library has an artist of its own, whom every user may see.
        assert (style.artist.name, style.artist.owner) == ("Emma", None)
        assert style in Style.objects.visible_to(bob)
        for change in (
            lambda: change_style(style=style, answers=Answers(title="Mine")),
            lambda: delete_own_style(style=style),
            lambda: offer_style(style=style),
        ):
            with pytest.raises(StyleInLibrary):
                change()
        assert take_back_style(style=style).state == State.PUBLISHED
        assert files_in(media_root)

    def test_is_not_published_after_it_was_taken_back(self, alice: User, media_root: Path) -> None:
        seen = offer_style(style=add(alice, rights="CC0-1.0"))
        take_back_style(style=Style.objects.get(pk=seen.pk))
        assert publish_style(style=seen).state == State.PRIVATE
        assert files_in(media_root)


@pytest.mark.django_db(transaction=True)
class TestDelete:
    def test_leaves_nothing(self, alice: User, media_root: Path) -> None:
        delete_own_style(style=add(alice, artist="Emma"))
        assert not Style.objects.exists()
        assert not Artist.objects.exists()
        assert files_in(media_root) == []

    def test_keeps_an_artist_with_another_style(self, alice: User, media_root: Path) -> None:
        style, other = add(alice, artist="Emma"), add(alice, seed=1, artist="Emma")
        delete_own_style(style=style)
        other.refresh_from_db()
        assert other.artist.name == "Emma"
        assert files_in(media_root)

    def test_keeps_the_credit_of_pictures(self, alice: User, media_root: Path) -> None:
        style = add(alice, title="Barn", rights="own-work")
        job = finished_job(alice, styles=[style])
        make_tile(job.photo, style)
        others = {
            name for name in files_in(media_root) if not name.startswith(("styles", "proofs"))
        }
        delete_own_style(style=style)
        style.refresh_from_db()
        assert style.state == State.DELETED
        assert set(files_in(media_root)) == others
        assert attribution([work_of(job.job_styles.get().style)], form="text") == "“Barn” by alice"
        for user in (alice, make_user("curator", is_superuser=True)):
            assert style not in Style.objects.visible_to(user)
        assert style not in Style.objects.paintable_by(alice.pk)

    @pytest.mark.parametrize("state", [Job.State.QUEUED, Job.State.RUNNING])
    def test_waits_for_jobs(self, alice: User, media_root: Path, state: str) -> None:
        style = add(alice)
        job = make_job(alice, styles=[style])
        if state == Job.State.RUNNING:
            Job.objects.filter(pk=job.pk).take()
        before = files_in(media_root)
        with pytest.raises(StyleInUse) as refusal:
            delete_own_style(style=style)
        assert (refusal.value.code, refusal.value.status) == ("style_in_use", 409)
        assert files_in(media_root) == before

    def test_withdraws_an_offer(self, alice: User, media_root: Path) -> None:
        delete_own_style(style=offer_style(style=add(alice, rights="CC0-1.0")))
        assert not Style.objects.exists()
        assert files_in(media_root) == []


def test_knows_every_answer() -> None:
    assert set(RIGHTS) < {key for key, _name in Style._meta.get_field("license").choices or ()}
    assert len(set(RIGHTS)) == len(RIGHTS)
