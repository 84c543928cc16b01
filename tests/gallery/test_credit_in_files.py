"""Every file that leaves the site says who made its picture, and tells nothing private."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.passports import site_key
from gallery.models import Artwork
from gallery.services import keep_artwork, publish_artwork
from gallery.uploads import upload_artwork
from inference.files import jobs as job_files
from inference.files.credits import job_provenance
from inference.files.recipes import recipe_of
from inference.models import Job
from tests.support import hostile
from tests.support.exiftool import needs_exiftool, read_tags
from tests.support.factories import finished_job, make_picture, make_style

pytestmark = [needs_exiftool, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TITLE: Final = "海 at night"
LICENSE: Final = "https://creativecommons.org/licenses/by/4.0/"
# Groups that a camera or an editor writes, and that would tell about the photo.
PRIVATE_GROUPS: Final = ("GPS", "ExifIFD", "MakerNotes", "XMP-exif", "XMP-xmp", "XMP-xmpMM")


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a public artwork of Zoë, made from a large enough result for every size."""
    assert media_root.is_dir()
    alice.display_name = "Zoë"
    alice.save(update_fields=["display_name", "display_look"])
    job = finished_job(alice, size=(300, 200), styles=[make_style(license="CC-BY-4.0")])
    kept = keep_artwork(job=job, title=TITLE)
    return publish_artwork(artwork=kept, license="CC-BY-4.0")


def sent(client: Client, address: str) -> bytes:
    """Return the bytes of a file."""
    response = client.get(address)
    assert response.status_code == 200, address
    return response.getvalue()


def check_private(tags: dict[str, Any], owner: User) -> None:
    """Check that nothing tells where, by which camera or from which file the picture is."""
    assert not [name for name in tags if name.partition(":")[0] in PRIVATE_GROUPS]
    written = str({name: value for name, value in tags.items() if not is_about_the_copy(name)})
    assert owner.email not in written
    assert "photo.png" not in written
    assert "IFD0:Make" not in tags


def is_about_the_copy(name: str) -> bool:
    """Tell whether a tag describes the file on this disk."""
    return name == "SourceFile" or name.startswith(("System:", "File:"))


def check_colors(tags: dict[str, Any]) -> None:
    """Check that the file is marked as sRGB."""
    assert "sRGB" in tags.get("ICC_Profile:ProfileDescription", "") or "PNG:SRGBRendering" in tags


def check_passport(tags: dict[str, Any], recipe: dict[str, Any]) -> None:
    """Check that the file tells how its picture was made, and signs it."""
    said = json.loads(tags["XMP-styleweb:Passport"])
    told = said["recipe"]
    assert (told["spec"], told["photo"]) == (recipe["spec"], recipe["photo"])
    assert (told["weights"], told["engine_version"]) == (
        recipe["weights"],
        recipe["engine_version"],
    )
    wanted = ("style", "title", "artist", "license", "version", "weight")
    assert told["styles"] == [{name: each[name] for name in wanted} for each in recipe["styles"]]
    size = (tags["File:ImageWidth"], tags["File:ImageHeight"]) if "File:ImageWidth" in tags else ()
    assert size in ((), (said["width"], said["height"]))
    assert tags["XMP-styleweb:Key"] == site_key()
    assert len(tags["XMP-styleweb:Signature"]) == 86


def files_of(artwork: Artwork) -> dict[str, bytes]:
    """Return every file that a visitor can get, by a name with its suffix."""
    client, address = Client(), reverse("api-artwork-file", kwargs={"pk": artwork.pk})
    media = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "link-preview"})
    files = {
        f"{variant}.bin": sent(client, f"{address}?variant={variant}")
        for variant in ("full", "preview", "thumb")
    }
    files["link.jpg"] = sent(client, media)
    for form in ("jpeg", "png", "webp"):
        files[f"{form}.bin"] = sent(client, f"{address}?download=1&format={form}")
    return files


def test_has_a_passport_in_every_size_and_format(
    media_root: Path, alice: User, tmp_path: Path
) -> None:
    assert media_root.is_dir()
    report = {"engine_version": "1.2", "weights": {"fast": "ab" * 32}, "device": "cuda:1"}
    job = finished_job(alice, size=(2400, 60), styles=[make_style()], report=report)
    kept = keep_artwork(job=job, title=TITLE)
    client, address = Client(), reverse("api-artwork-file", kwargs={"pk": kept.pk})
    client.force_login(alice)
    files = {
        f"{form}-{size}.bin": sent(client, f"{address}?download=1&format={form}&size={size}")
        for form in ("jpeg", "png", "webp")
        for size in ("full", "2048", "1080")
    }
    files["of-job.bin"] = sent(
        client, reverse("api-job-file", kwargs={"pk": job.pk}) + "?download=1&format=webp"
    )
    for name, tags in read_tags(files, tmp_path).items():
        check_passport(tags, kept.recipe)
        check_private(tags, alice)
        said = tags["XMP-styleweb:Passport"]
        # Nothing of the photo but its size, nothing of the person, nothing of the machine.
        for secret in (str(job.photo_id), str(job.pk), str(kept.pk), "alice", "cuda", TITLE):
            assert secret not in said, name


def test_is_right_in_every_file_of_an_artwork(artwork: Artwork, tmp_path: Path) -> None:
    found = read_tags(files_of(artwork), tmp_path)
    for name, tags in found.items():
        assert tags["XMP-dc:Creator"] == ["Zoë"], name
        assert tags["XMP-dc:Title"] == TITLE
        assert tags["XMP-dc:Rights"] == "Zoë, CC BY 4.0"
        assert tags["XMP-xmpRights:WebStatement"] == LICENSE
        assert "Great Wave, Katsushika Hokusai" in tags["XMP-photoshop:Credit"]
        assert tags["XMP-iptcExt:DigitalSourceType"].endswith(
            "compositeWithTrainedAlgorithmicMedia"
        )
        assert (tags["IFD0:Artist"], tags["IFD0:Copyright"]) == ("Zoë", "Zoë, CC BY 4.0")
        if "WEBP" not in tags["File:FileType"]:
            assert tags["IPTC:By-line"] == "Zoë"
            assert tags["IPTC:CopyrightNotice"] == "Zoë, CC BY 4.0"
        check_colors(tags)
        check_private(tags, artwork.owner)
        check_passport(tags, artwork.recipe)


def test_is_renewed_with_the_title(artwork: Artwork, tmp_path: Path) -> None:
    client = Client()
    client.force_login(artwork.owner)
    client.post(reverse("artwork-rename", kwargs={"pk": artwork.pk}), {"title": "Storm"})
    artwork.refresh_from_db()
    found = read_tags(files_of(artwork), tmp_path)
    assert {tags["XMP-dc:Title"] for tags in found.values()} == {"Storm"}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_is_in_the_result_of_a_job(
    media_root: Path, alice: User, tmp_path: Path, mode: str
) -> None:
    assert media_root.is_dir()
    job = finished_job(alice, styles=[make_style()])
    picture = make_picture((96, 64))
    if mode == "RGBA":
        picture.putalpha(120)
    result = job_files.store_result(job, picture, job_provenance(job))
    preview = job_files.store_preview(job, picture, job_provenance(job))
    Job.objects.filter(pk=job.pk).update(result=result.name, preview=preview.name)

    client = Client()
    client.force_login(alice)
    address = reverse("api-job-file", kwargs={"pk": job.pk})
    page = reverse("job-result", kwargs={"pk": job.pk})
    files = {
        "page.bin": sent(client, page),
        "download.bin": sent(client, f"{page}?download=1"),
        "api.bin": sent(client, address),
        "preview.bin": sent(client, f"{address}?variant=preview"),
    }
    for tags in read_tags(files, tmp_path).values():
        assert tags["XMP-dc:Creator"] == ["alice"]
        assert (tags["IFD0:Artist"], tags["IFD0:Copyright"]) == ("alice", "© alice")
        assert "Great Wave, Katsushika Hokusai" in tags["XMP-photoshop:Credit"]
        check_colors(tags)
        check_private(tags, alice)
        check_passport(tags, recipe_of(job))


def test_names_the_maker_of_an_uploaded_picture(
    media_root: Path, alice: User, tmp_path: Path
) -> None:
    assert media_root.is_dir()
    file = BytesIO(hostile.talkative("JPEG"))
    artwork, _new = upload_artwork(
        owner=alice, file=file, rights="CC-BY-4.0", title="Harbor", creator="Ann Other"
    )
    client = Client()
    client.force_login(alice)
    address = reverse("api-artwork-file", kwargs={"pk": artwork.pk})
    files = {
        f"{variant}.bin": sent(client, f"{address}?variant={variant}")
        for variant in ("full", "preview", "thumb")
    }
    for tags in read_tags(files, tmp_path).values():
        assert tags["XMP-dc:Creator"] == ["Ann Other"]
        assert tags["XMP-dc:Rights"] == "Ann Other, CC BY 4.0"
        assert "XMP-iptcExt:DigitalSourceType" not in tags
        assert "XMP-styleweb:Passport" not in tags
        check_private(tags, alice)
