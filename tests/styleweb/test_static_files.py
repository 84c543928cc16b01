"""Tests of the collected static files."""

import json
import re
import sys
from pathlib import Path

import lightningcss
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from styleweb.environment import part_of_site
from styleweb.static_files import BUNDLES

STYLES = part_of_site("static")


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    """Return the folder of collected files of a site with two bundles and a font."""
    source = tmp_path / "source"
    for name in ("css", "fonts"):
        (source / name).mkdir(parents=True)
    (source / "fonts" / "letters.woff2").write_bytes(b"font")
    face = '@font-face { font-family: Own; src: url("../fonts/letters.woff2"); }'
    (source / "css" / "tokens.css").write_text(f"@layer base, pages; {face}")
    (source / "css" / "base.css").write_text("@layer base { a { & b { color: red } } }")
    (source / "css" / "site.css").write_text('@import "tokens.css"; @import "base.css";')
    (source / "css" / "studio-page.css").write_text('@import "base.css";')
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "styleweb.static_files.BundledStaticFilesStorage"}
    }
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path / "static"


def hashed_names(collected: Path) -> dict[str, str]:
    """Return what templates put in place of each name."""
    manifest = json.loads((collected / "staticfiles.json").read_text("utf-8"))
    names: dict[str, str] = manifest["paths"]
    return names


def test_makes_one_style_sheet_of_many(collected: Path) -> None:
    names = hashed_names(collected)
    for name in BUNDLES:
        text = (collected / names[name]).read_text("utf-8")
        assert "@import" not in text
        assert "red" in text
    assert names["fonts/letters.woff2"].split("/")[1] in (collected / names[BUNDLES[0]]).read_text()


def test_gives_a_bundle_another_name_when_a_part_changes(
    collected: Path, settings: Settings
) -> None:
    before = hashed_names(collected)
    part = Path(settings.STATICFILES_DIRS[0], "css", "base.css")
    part.write_text("@layer base { a { color: blue } }")
    call_command("collectstatic", verbosity=0, interactive=False)
    after = hashed_names(collected)
    assert all(before[name] != after[name] for name in BUNDLES)
    assert "blue" in (collected / after["css/site.css"]).read_text("utf-8").replace("#00f", "blue")


@pytest.mark.usefixtures("collected")
def test_says_that_the_bundler_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightningcss", None)
    with pytest.raises(CommandError, match="lightningcss is not installed"):
        call_command("collectstatic", verbosity=0, interactive=False)


def test_keeps_the_parts_for_pages_that_need_only_some(collected: Path) -> None:
    assert (collected / hashed_names(collected)["css/base.css"]).is_file()


def test_keeps_the_order_of_the_layers() -> None:
    # The bundler leaves the list of layers out when the blocks are in its order.
    told = re.search(
        r"^@layer ([\w, ]+);", (STYLES / "css" / "tokens.css").read_text(), re.MULTILINE
    )
    assert told
    bundle = lightningcss.bundle_css(str(STYLES / "css" / "site.css"), minify=True)
    found = list(dict.fromkeys(re.findall(r"@layer (\w+)\{", bundle)))
    assert found == told[1].split(", ")


@pytest.mark.parametrize("name", BUNDLES)
def test_bundles_style_sheets_that_only_import(name: str) -> None:
    lines = (STYLES / name).read_text("utf-8").splitlines()
    assert [line for line in lines[1:] if not re.fullmatch(r'@import "[\w-]+\.css";', line)] == []
    for line in lines[1:]:
        assert (STYLES / "css" / line.split('"')[1]).is_file()
