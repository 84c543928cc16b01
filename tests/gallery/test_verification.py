"""Whether a picture was made here: files as given out, changed ones, foreign ones, forged ones."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from common.passports import site_key
from gallery.models import Artwork, ArtworkLook
from gallery.services import delete_artwork, keep_artwork, publish_artwork, rename_artwork
from inference.models import ResultLook
from inference.services.jobs import delete_job
from style_transfer.imaging.metadata.embedding import embed_credit
from style_transfer.imaging.metadata.passport import (
    Passport,
    embed_passport,
    read_passport,
    sign,
)
from style_transfer.imaging.metadata.xmp import PictureCredit
from tests.support.factories import finished_job, make_picture, make_style, picture_bytes

pytestmark = pytest.mark.django_db
VERIFY = "/api/v1/verify/"
SIZE = (300, 200)


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a private artwork of alice."""
    assert media_root.is_dir()
    job = finished_job(alice, size=SIZE, styles=[make_style(license="CC-BY-4.0")])
    return keep_artwork(job=job, title="Secret harbor")


def given_out(artwork: Artwork, query: str = "") -> bytes:
    """Return a file as its owner downloads it."""
    client = Client()
    client.force_login(artwork.owner)
    address = reverse("api-artwork-file", kwargs={"pk": artwork.pk})
    response = client.get(f"{address}?{query}")
    assert response.status_code == 200
    return bytes(response.getvalue())


def ask(data: bytes, client: Client | None = None, status: int = 200) -> dict[str, Any]:
    """Return the answer of the API about a file."""
    body = {"file": SimpleUploadedFile("x.bin", data)}
    response = (client or Client()).post(VERIFY, body)
    assert response.status_code == status, response.content
    found: dict[str, Any] = response.json()
    return found


def saved_again(data: bytes, change: Callable[[Image.Image], Image.Image], **options: Any) -> bytes:
    """Return a file whose picture an editor changed; `options` are those of the encoder."""
    with Image.open(io.BytesIO(data)) as opened:
        image = change(opened.convert("RGB"))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def with_xmp_of(data: bytes, source: bytes) -> bytes:
    """Return the JPEG `data` with the passport of another file, as an editor keeps it."""
    passport = read_passport(source)
    assert passport is not None
    credit = PictureCredit("", ("An editor",), "", "", "")
    return embed_passport(embed_credit(data, credit), lambda _hashes: passport)


def same(image: Image.Image) -> Image.Image:
    """Return the picture as it is."""
    return image


def halved(image: Image.Image) -> Image.Image:
    """Return the picture in half its size."""
    return image.resize((image.width // 2, image.height // 2))


def part(image: Image.Image) -> Image.Image:
    """Return a part of the picture."""
    return image.crop((90, 20, 250, 150))


EVERY_FORM = [
    *("variant=full", "variant=preview", "variant=thumb"),
    *(f"download=1&format={form}" for form in ("jpeg", "png", "webp")),
    "download=1&format=jpeg&caption=1",
]


@pytest.mark.parametrize("query", EVERY_FORM)
def test_calls_each_file_as_given_out_unchanged(artwork: Artwork, query: str) -> None:
    found = ask(given_out(artwork, query))
    assert (found["verdict"], found["passport"], found["changes"]) == ("unchanged", "valid", [])
    assert found["made_on"] == artwork.recipe["made_on"]
    assert [style["title"] for style in found["styles"]] == ["Great Wave"]
    assert found["styles"][0]["license_name"] == "CC BY 4.0"
    assert found["recipe"]["spec"] == artwork.recipe["spec"]


def test_calls_the_result_of_a_job_unchanged_when_all_of_it_is_deleted(
    artwork: Artwork, alice: User
) -> None:
    data = given_out(artwork)
    job = artwork.job
    assert job is not None
    delete_artwork(artwork=artwork)
    delete_job(job=job)
    found = ask(data)
    assert (found["verdict"], found["artwork"]) == ("unchanged", None)
    stripped = ask(saved_again(data, same, quality=80))
    assert stripped["verdict"] == "not_made_here"


def test_tells_a_stranger_nothing_but_what_the_file_says(artwork: Artwork, bob: User) -> None:
    data, stripped = given_out(artwork), saved_again(given_out(artwork), same, quality=70)
    for client in (Client(), Client()):
        for file in (data, stripped):
            found = ask(file, client)
            assert found["artwork"] is None
            assert "Secret harbor" not in json.dumps(found)
            assert str(artwork.pk) not in json.dumps(found)
            assert "alice" not in json.dumps(found)
        client.force_login(bob)
    found = ask(stripped)
    assert (found["verdict"], found["styles"], found["recipe"]) == ("edited", [], None)
    assert found["made_on"] == artwork.recipe["made_on"]


def test_names_the_artwork_to_those_who_see_it(artwork: Artwork) -> None:
    data = given_out(artwork)
    client = Client()
    client.force_login(artwork.owner)
    assert ask(data, client)["artwork"]["title"] == "Secret harbor"
    stripped = ask(saved_again(data, same, quality=70), client)
    assert stripped["artwork"]["id"] == str(artwork.pk)
    assert [style["title"] for style in stripped["styles"]] == ["Great Wave"]
    publish_artwork(artwork=artwork, license="CC-BY-4.0")
    found = ask(data)
    assert found["artwork"] == {
        "id": str(artwork.pk),
        "title": "Secret harbor",
        "by": "alice",
        "url": f"/artworks/{artwork.pk}/",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [(same, "saved_again"), (halved, "resized"), (part, "cropped")],
    ids=["same", "halved", "part"],
)
def test_says_what_an_editor_did_that_kept_the_passport(
    artwork: Artwork, change: Callable[[Image.Image], Image.Image], said: str
) -> None:
    data = given_out(artwork)
    edited = with_xmp_of(saved_again(data, change, quality=70), data)
    found = ask(edited)
    assert (found["verdict"], found["passport"], found["changes"]) == ("edited", "valid", [said])
    assert [style["title"] for style in found["styles"]] == ["Great Wave"]


def test_notices_other_words_about_the_same_picture(artwork: Artwork) -> None:
    data = given_out(artwork)
    passport = read_passport(data)
    assert passport is not None
    stolen = PictureCredit("Mine", ("Mallory",), "© Mallory", "", "")
    found = ask(embed_passport(embed_credit(data, stolen), lambda _hashes: passport))
    assert (found["verdict"], found["changes"]) == ("edited", ["words"])


def test_notices_a_changed_pixel(artwork: Artwork) -> None:
    data = given_out(artwork, "download=1&format=png")
    with Image.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGB")
    image.putpixel((5, 5), (1, 2, 3))
    assert ask(with_xmp_of(picture_bytes(image), data))["changes"] == ["saved_again"]


def test_notices_a_passport_on_another_picture(artwork: Artwork) -> None:
    other = picture_bytes(make_picture(SIZE, seed=77), "JPEG")
    found = ask(with_xmp_of(other, given_out(artwork)))
    assert (found["verdict"], found["passport"]) == ("cannot_tell", "valid")
    assert (found["styles"], found["recipe"], found["made_on"]) == ([], None, None)


@pytest.mark.parametrize("kind", ["other key", "changed statement", "nonsense"])
def test_does_not_believe_a_forged_passport(artwork: Artwork, kind: str) -> None:
    genuine = read_passport(given_out(artwork))
    assert genuine is not None
    forged = {
        "other key": sign(genuine.statement, Ed25519PrivateKey.generate()),
        "changed statement": Passport(
            genuine.statement.replace("Great Wave", "Little Wave"), genuine.key, genuine.signature
        ),
        "nonsense": Passport("[" * 5000, site_key(), "AAAA"),
    }[kind]
    other = picture_bytes(make_picture(SIZE, seed=78), "JPEG")
    credit = PictureCredit("", ("Mallory",), "", "", "")
    found = ask(embed_passport(embed_credit(other, credit), lambda _hashes: forged))
    assert (found["verdict"], found["passport"]) == ("not_made_here", "not_from_here")
    assert "Wave" not in json.dumps(found)


def test_does_not_know_a_foreign_file() -> None:
    found = ask(picture_bytes(make_picture(SIZE, seed=79), "JPEG"))
    assert (found["verdict"], found["passport"]) == ("not_made_here", "none")


def test_does_not_take_the_photo_for_the_picture(artwork: Artwork) -> None:
    job = artwork.job
    assert job is not None
    # The painting has the colors of its photo: in 8 x 8 cells they look the same.
    with job.photo.preview.open() as file:
        photo = Image.open(file).convert("RGB")
    for row in (*ArtworkLook.objects.all(), *job.looks.all()):
        row.delete()
    from style_transfer.imaging.perceptual_hash import look_of

    ArtworkLook.of(look_of(photo), artwork=artwork).save(force_insert=True)
    assert ask(picture_bytes(photo))["verdict"] == "not_made_here"


def test_recognizes_a_copy_without_a_passport(artwork: Artwork) -> None:
    for change in (same, halved):
        found = ask(saved_again(given_out(artwork), change, quality=60))
        assert (found["verdict"], found["passport"]) == ("edited", "none")
        assert found["changes"] == ["passport_removed"]


def test_answers_about_a_passport_that_does_not_say_how_its_picture_looks(
    artwork: Artwork,
) -> None:
    # Artworks of earlier releases have no look, and get a passport when their title changes.
    ArtworkLook.objects.all().delete()
    rename_artwork(artwork=artwork, title="Old harbor")
    data = given_out(Artwork.objects.get(pk=artwork.pk))
    passport = read_passport(data)
    assert passport is not None
    assert "look" not in passport.facts
    assert ask(data)["verdict"] == "unchanged"
    found = ask(with_xmp_of(saved_again(data, same, quality=70), data))
    assert (found["verdict"], found["passport"]) == ("cannot_tell", "valid")
    assert not any("looks different" in each for each in found["explanation"])


@pytest.mark.parametrize("look", ["", "00", "zz" * 192])
def test_finds_nothing_like_what_is_no_look(artwork: Artwork, look: str) -> None:
    assert ArtworkLook.objects.near(look, 9) == []


def test_does_not_say_that_a_passport_was_there(artwork: Artwork) -> None:
    found = ask(saved_again(given_out(artwork), same, quality=70))
    assert found["summary"].startswith("This looks like a picture that was made here on ")
    assert "never had one" in found["explanation"][0]
    unknown = ask(picture_bytes(make_picture(SIZE, seed=80), "JPEG"))
    assert any("before this site wrote passports" in each for each in unknown["explanation"])


@pytest.mark.parametrize("published", ["first", "last"])
def test_prefers_the_copy_that_the_viewer_may_see(
    artwork: Artwork, bob: User, published: str
) -> None:
    copy = saved_again(given_out(artwork), same, quality=70)
    if published == "first":
        publish_artwork(artwork=artwork, license="CC-BY-4.0")
    jobs = [finished_job(bob, size=SIZE) for _each in range(4)]
    others = [keep_artwork(job=job, title=f"Bob's {nr}") for nr, job in enumerate(jobs)]
    if published == "last":
        artwork = publish_artwork(artwork=others[-1], license="CC-BY-4.0")
        # All look the same, so the one that may be seen is neither the first nor the second.
        (look,) = set(ArtworkLook.objects.values_list("perceptual_hash", flat=True))
        assert ArtworkLook.objects.near(look, 9)[-1].artwork_id == artwork.pk
    found = ask(copy)
    assert found["artwork"]["id"] == str(artwork.pk)


def test_prefers_the_results_of_the_viewer(artwork: Artwork, bob: User) -> None:
    copy = saved_again(given_out(artwork), same, quality=70)
    look = ArtworkLook.objects.get().perceptual_hash
    for owner in (artwork.owner, artwork.owner, artwork.owner, bob):
        job = finished_job(owner, size=SIZE)
        ResultLook.of(look, job=job).save(force_insert=True)
    client = Client()
    assert ask(copy, client)["recipe"] is None
    client.force_login(bob)
    assert ask(copy, client)["recipe"]["spec"] == job.spec


def test_keeps_the_passport_when_the_title_changes(artwork: Artwork) -> None:
    before = given_out(artwork)
    rename_artwork(artwork=artwork, title="Quiet harbor")
    after = given_out(Artwork.objects.get(pk=artwork.pk))
    assert before != after
    # Both were given out, so both are genuine.
    assert {ask(each)["verdict"] for each in (before, after)} == {"unchanged"}


def test_accepts_passports_of_former_keys(artwork: Artwork, settings: Settings) -> None:
    data, former = given_out(artwork), site_key()
    settings.PASSPORT_KEY = b"k" * 32
    assert ask(data)["passport"] == "not_from_here"
    settings.PASSPORT_FORMER_KEYS = [former]
    assert ask(data)["verdict"] == "unchanged"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("truncated", 422, "unreadable"),
        ("text", 422, "unsupported_format"),
        ("empty", 422, "empty_file"),
        ("huge", 413, "body_too_large"),
        ("bomb", 422, "too_many_pixels"),
    ],
)
def test_refuses_what_is_no_picture(
    artwork: Artwork, settings: Settings, name: str, status: int, code: str
) -> None:
    data = given_out(artwork, "download=1&format=png")
    bomb = data[:16] + b"\0\0\x80\0\0\0\x80\0" + data[24:]
    files = {
        "truncated": data[: len(data) // 2],
        "text": b"Hello",
        "empty": b"",
        "huge": data + bytes(3 * 2**20),
        "bomb": bomb,
    }
    settings.MAX_UPLOAD_BYTES = 2**20
    assert ask(files[name], status=status)["code"] == code


def test_limits_visitors_by_address(settings: Settings, media_root: Path) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "verify": (2, 3600)}
    data = picture_bytes(make_picture(), "JPEG")
    ask(data)
    ask(data)
    found = ask(data, status=429)
    assert found["code"] == "throttled"
    page = Client().post("/verify/", {"file": SimpleUploadedFile("x.jpg", data)})
    assert (page.status_code, b"Too many files" in page.content) == (429, True)


def test_keeps_nothing_of_the_file(artwork: Artwork, media_root: Path) -> None:
    data = given_out(artwork)
    before = sorted(media_root.rglob("*"))
    ask(data)
    Client().post("/verify/", {"file": SimpleUploadedFile("x.jpg", data)})
    assert sorted(media_root.rglob("*")) == before


def test_answers_on_the_page_without_script(artwork: Artwork) -> None:
    client = Client()
    page = client.get("/verify/")
    assert (page.status_code, site_key() in page.content.decode()) == (200, True)
    sent = client.post("/verify/", {"file": SimpleUploadedFile("x.jpg", given_out(artwork))})
    words = sent.content.decode()
    assert sent.status_code == 200
    assert "unchanged since" in words
    assert "Great Wave" in words
    assert "Secret harbor" not in words
    assert client.post("/verify/", {}).status_code == 422
