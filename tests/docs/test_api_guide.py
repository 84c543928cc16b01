"""The guide to the API: its shell commands run unchanged, against a running site."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.factories import make_picture
from tests.support.sites import EmbeddedSite

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
ROOT = GUIDE.parent.parent


def shell_lines() -> str:
    """Return the shell blocks of the guide as one script, which stops at the first failure."""
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    return "\n".join(["set -euo pipefail", *blocks])


@pytest.fixture(scope="module")
def site(site_folder: Callable[[str], Path]) -> Iterator[EmbeddedSite]:
    """Return a running site with its worker and library."""
    with EmbeddedSite(site_folder("guide")) as site:
        yield site


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.skipif(shutil.which("curl") is None, reason="get it with: apt-get install curl")
def test_leads_from_an_account_to_a_published_artwork(site: EmbeddedSite, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    make_picture((320, 240)).save(photo)
    values = {"BASE": site.address, "PHOTO": str(photo), "SIZE": "96"}

    done = subprocess.run(
        ["bash"],
        input=shell_lines(),
        env={**os.environ, **values, "NAME": "grace"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    # When the trash is emptied is not the same in each run.
    said = [each for each in done.stdout.splitlines() if not re.match(r"\d{4}-\d\d-\d\dT", each)]
    assert said[0] == "grace"
    # Between these are a sentence of the report and a proposed text about the picture.
    assert "succeeded 1.0" in said
    published = ["public", "First try", "['Été', 'first try']", "First try", "rich"]
    assert published in [said[first : first + 5] for first in range(len(said))]
    # The first line is the title in the credit.
    ours = ["First try", "MIT", "unchanged", "uploaded"]
    galleries = [*ours, "1", "By the sea", "First try", "public", "0"]
    # The last ones are about a link, whose materials begin with our own software.
    assert said[-13:] == [*galleries, "First try", "MIT", "1", "private"]
    with Image.open(tmp_path / "result.jpg") as result:
        assert max(result.size) == 96
    with Image.open(tmp_path / "picture.jpg") as picture:
        assert max(picture.size) == 96
    with Image.open(tmp_path / "proof.webp") as proof:
        assert max(proof.size) == 256
    for name in ("shared.webp", "sent.webp"):
        with Image.open(tmp_path / name) as shared:
            assert shared.format == "WEBP"


# Codes of a base class, of commands that curators use outside the API, and of pages.
NOT_OF_THE_API = {
    *("job_refused", "import_refused", "source_refused", "style_incomplete", "style_refused"),
    *("email_taken", "email_link_expired", "mail_not_sent", "nothing_to_fetch"),
}
CODES = (
    r'(?:Problem|UploadRefused)\(\s*"([a-z_]+)"',
    r'of_field\(\s*[^,]+,\s*"([a-z_]+)"',
    r'^    code = "([a-z_]+)"$',
)


def codes_in_use() -> set[str]:
    """Return the codes of problems and refusals in the source."""
    folders = (ROOT / name for name in ("common", "accounts", "library", "inference", "gallery"))
    paths = (path for folder in folders for path in folder.rglob("*.py"))
    text = "\n".join(path.read_text() for path in paths if "engine" not in path.parts)
    return {code for each in CODES for code in re.findall(each, text, re.MULTILINE)}


def test_lists_every_code() -> None:
    listed = set(re.findall(r"`([a-z_]+)`", GUIDE.read_text()))
    used = codes_in_use()
    assert {"not_found", "unknown_photo", "scan_bomb", "license_refused"} <= used
    assert used - NOT_OF_THE_API - listed == set()
