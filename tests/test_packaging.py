"""The wheel: what `pip install .` brings, and nothing else."""

import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.test_house import ROOT, tracked

PACKAGES = {"styleweb", "gallery", "inference", "library", "accounts", "common", "style_transfer"}
# Folders of the repository, and where the wheel has them.
FOLDERS = {"templates": (".html", ".txt"), "static": ("",), "locale": (".mo",)}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel from a clean copy of the files that git knows."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in tracked():
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(built)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], check=True)
    (path,) = built.glob("styleweb-*.whl")
    return zipfile.ZipFile(path)


def own_files(wheel: zipfile.ZipFile) -> set[str]:
    """Return the files of the wheel but those that describe it."""
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_has_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in own_files(wheel)} == PACKAGES


def test_has_each_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in tracked()}
    expected = {name for name in files if name.split("/")[0] in PACKAGES}
    mapped = {name for name in own_files(wheel) if name.startswith("styleweb/_")}
    modules = {name for name in mapped if name.count("/") == 1}
    assert own_files(wheel) - (mapped - modules) == expected


@pytest.mark.parametrize("folder", FOLDERS)
def test_has_the_folders_beside_the_packages(wheel: zipfile.ZipFile, folder: str) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in tracked()}
    expected = {
        f"styleweb/_{name}"
        for name in files
        if name.startswith(f"{folder}/") and name.endswith(FOLDERS[folder])
    }
    assert expected
    assert {
        name for name in own_files(wheel) if name.startswith(f"styleweb/_{folder}/")
    } == expected


@pytest.mark.parametrize(
    "name",
    [
        "style_transfer/weights/manifest.json",
        "style_transfer/weights/fast.safetensors",
        "library/shipped/manifest.json",
        "library/masterworks/manifest.json",
        "styleweb/_templates/base.html",
        "styleweb/_static/css/base.css",
        "styleweb/_locale/zh_Hans/LC_MESSAGES/django.mo",
        "accounts/migrations/0001_initial.py",
    ],
)
def test_has_what_a_site_needs(wheel: zipfile.ZipFile, name: str) -> None:
    assert wheel.read(name) == (ROOT / name.removeprefix("styleweb/_")).read_bytes()


def test_has_both_commands(wheel: zipfile.ZipFile) -> None:
    (entries,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert set(commands) == {"styleweb", "style-transfer"}
    for command, target in commands.items():
        assert f"{command} = {target}" in wheel.read(entries).decode()
