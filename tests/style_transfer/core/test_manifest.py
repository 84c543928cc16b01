"""Manifests: the cards of all folders; an invalid entry is skipped and logged once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from style_transfer.core import manifest
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import (
    SHIPPED,
    ManifestError,
    find_card,
    installed_networks,
    read_manifest,
    read_manifests,
    shipped_digest,
    user_folder,
    write_card,
)
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.weight_files import load_weights
from style_transfer.pipeline.stylize import stylize
from tests.support.factories import make_picture
from tests.support.weights import add_weights, write_manifest

CARD = {"file": "tiny.safetensors", "sha256": "0" * 64, "license": "MIT", "origin": "here"}
WITHOUT_SENSE = {
    "not JSON": "{",
    "not UTF-8": b'{"tiny": "\xff"}',
    "too deep": "[" * 100_000,
    "a list": [],
    "a number": 7,
    "a card that is a list": {"tiny": []},
    "a card that is nothing": {"tiny": None},
    "missing fields": {"tiny": {"file": "tiny.safetensors"}},
    "unknown fields": {"tiny": CARD | {"color": 1}},
    "a file that is a number": {"tiny": CARD | {"file": 7}},
    "figures that are a list": {"tiny": CARD | {"figures": []}},
}
senseless = pytest.mark.parametrize(
    "content", WITHOUT_SENSE.values(), ids=[each.replace(" ", "-") for each in WITHOUT_SENSE]
)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's folder beside the real shipped weights."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    return tmp_path


class TestReading:
    def test_prefers_the_shipped_file(self, folder: Path) -> None:
        mine = add_weights(folder, "tiny", b"mine")
        assert find_card("tiny") == (folder / "tiny.safetensors", mine)
        shipped = add_weights(manifest.SHIPPED, "tiny", b"shipped")
        assert find_card("tiny") == (manifest.SHIPPED / "tiny.safetensors", shipped)
        assert read_manifests() == {"tiny": shipped}

    def test_lists_the_cards_of_both_folders(self, folder: Path) -> None:
        shipped, mine = add_weights(manifest.SHIPPED, "one"), add_weights(folder, "two")
        assert read_manifests() == {"one": shipped, "two": mine}

    def test_refuses_a_file_without_a_card(self, folder: Path) -> None:
        (folder / "tiny.safetensors").write_bytes(b"")
        with pytest.raises(ModelMissingError, match="not installed") as caught:
            load_weights("tiny")
        assert "fetch_weights tiny" in caught.value.hint

    def test_keeps_the_other_cards_when_one_is_written(self, folder: Path) -> None:
        one, two = add_weights(folder, "one"), add_weights(folder, "two")
        assert read_manifest(folder) == {"one": one, "two": two}
        assert [path.suffix for path in sorted(folder.iterdir())] == [
            ".json",
            ".safetensors",
            ".safetensors",
        ]

    def test_has_no_cards_without_a_manifest(self, tmp_path: Path) -> None:
        assert read_manifest(tmp_path / "nowhere") == {}

    def test_reads_a_manifest_once_until_it_changes(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = []
        real = Path.read_bytes

        def counted(path: Path) -> bytes:
            read.append(path)
            return real(path)

        monkeypatch.setattr(Path, "read_bytes", counted)
        for name in ("one", "two"):
            add_weights(folder, name)
            for _ in range(2000):
                assert name in read_manifests()
        assert len(read) == 2

    def test_needs_no_torch(self) -> None:
        code = (
            "import sys; from style_transfer.core.manifest import read_manifests;"
            "assert read_manifests(); sys.exit('torch' in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


class TestUserFolder:
    def test_is_in_the_users_data_by_default(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("STYLEWEB_WEIGHTS_DIR", raising=False)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert user_folder() == tmp_path / "styleweb" / "weights"
        monkeypatch.delenv("XDG_DATA_HOME")
        monkeypatch.setattr(Path, "home", lambda: tmp_path)
        assert user_folder() == tmp_path / ".local" / "share" / "styleweb" / "weights"

    def test_needs_no_home(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def homeless() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.delenv("STYLEWEB_WEIGHTS_DIR", raising=False)
        monkeypatch.delenv("XDG_DATA_HOME", raising=False)
        monkeypatch.setattr(Path, "home", homeless)
        assert user_folder() == Path("/.local/share/styleweb/weights")


class TestInvalid:
    @senseless
    def test_is_an_error_with_a_code_for_a_caller_that_requests_it(
        self, folder: Path, content: object
    ) -> None:
        write_manifest(folder, content)
        with pytest.raises(ManifestError, match="cannot be understood") as caught:
            load_weights("tiny")
        assert caught.value.code == "model_missing"
        assert "manifest.json" in caught.value.hint

    @senseless
    def test_is_never_written_over(self, folder: Path, content: object) -> None:
        write_manifest(folder, content)
        before = (folder / "manifest.json").read_bytes()
        card = add_weights(manifest.SHIPPED, "other")
        with pytest.raises(ManifestError):
            write_card(folder, "other", card)
        assert (folder / "manifest.json").read_bytes() == before

    @senseless
    def test_leaves_the_shipped_weights_as_they_are(
        self, users: Path, content: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        write_manifest(users, content)
        for _ in range(3):
            assert read_manifests() == read_manifest(SHIPPED)
            assert load_weights("builtin")
        (warning,) = warnings(caplog)
        assert str(users / "manifest.json") in warning

    def test_does_not_affect_the_other_cards(self, folder: Path) -> None:
        good = add_weights(folder, "good")
        cards = json.loads((folder / "manifest.json").read_text())
        write_manifest(folder, cards | {"tiny": {}})
        assert read_manifests() == {"good": good}
        assert find_card("good")[1] == good
        with pytest.raises(ManifestError, match="card tiny"):
            find_card("tiny")

    def test_is_read_again_once_it_is_correct(self, folder: Path) -> None:
        write_manifest(folder, "{")
        assert read_manifests() == {}
        (folder / "manifest.json").unlink()
        card = add_weights(folder, "tiny")
        assert read_manifests() == {"tiny": card}


class TestUnreadable:
    @pytest.fixture(params=["file", "loop", "denied", "denied inside"])
    def unreadable(
        self, request: pytest.FixtureRequest, users: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        """Return a user's folder that cannot be read, for one of several reasons."""
        folder = users / "weights"
        monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(folder))
        if request.param == "file":
            folder.write_text("a file where the folder should be")
        elif request.param == "loop":
            folder.symlink_to(folder)
        else:
            folder.mkdir()
            add_weights(folder, "tiny")
            self._deny(monkeypatch, "stat" if request.param == "denied" else "read_bytes", folder)
        return folder

    def _deny(self, monkeypatch: pytest.MonkeyPatch, name: str, folder: Path) -> None:
        """Make a path method fail below a folder; permissions do not stop tests run by root."""
        real = getattr(Path, name)

        def denied(path: Path, **options: object) -> object:
            if folder in path.parents:
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, **options)

        monkeypatch.setattr(Path, name, denied)

    def test_leaves_the_shipped_weights_as_they_are(
        self, unreadable: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(3):
            assert read_manifests() == read_manifest(SHIPPED)
            assert find_card("builtin")[0].parent == SHIPPED
        (warning,) = warnings(caplog)
        assert str(unreadable) in warning

    def test_is_an_error_with_a_code_for_a_caller_that_needs_it(self, unreadable: Path) -> None:
        with pytest.raises(ManifestError, match="cannot be read") as caught:
            load_weights("tiny")
        assert caught.value.code == "model_missing"
        assert str(unreadable) in str(caught.value)

    @pytest.mark.usefixtures("unreadable")
    def test_still_paints_with_the_shipped_weights(self) -> None:
        photo, artwork = make_picture((64, 48), seed=1), make_picture((48, 64), seed=2)
        *_, last = stylize(photo, [StyleInput(artwork)], TransferSpec(size=64), device="cpu")
        assert last.image is not None


class TestInstalledNetworks:
    def test_names_the_hash_of_each_artwork(self, folder: Path) -> None:
        add_weights(folder, "network-wave", figures={"artwork": "ab"})
        add_weights(folder, "network-old")
        add_weights(folder, "vgg19", figures={"artwork": "cd"})
        assert installed_networks() == {"network-wave": "ab", "network-old": ""}

    def test_paints_with_a_shipped_network_beside_a_broken_manifest(self, users: Path) -> None:
        write_manifest(users, "{")
        assert set(installed_networks()) == {
            name for name in read_manifest(SHIPPED) if name.startswith("network-")
        }


class TestShippedDigest:
    def test_changes_with_a_shipped_card(self, folder: Path) -> None:
        add_weights(manifest.SHIPPED, "tiny", b"one")
        before = shipped_digest()
        assert len(before) == 64
        assert shipped_digest() == before
        add_weights(manifest.SHIPPED, "tiny", b"two")
        assert shipped_digest() != before

    def test_stays_when_a_user_adds_weights(self, folder: Path) -> None:
        before = shipped_digest()
        add_weights(folder, "tiny")
        assert shipped_digest() == before


def test_has_no_paths_of_the_training_machine_in_the_shipped_cards() -> None:
    text = (SHIPPED / "manifest.json").read_text()
    assert json.loads(text)
    for place in ("/home/", "/root/", "/tmp/", "/work/"):  # noqa: S108
        assert place not in text
