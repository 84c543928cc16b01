"""The command line of the artworks."""

from pathlib import Path

import pytest

from artworks.__main__ import main
from artworks.registry import load_artworks
from artworks.shipping import MANIFEST, read_manifest


def test_paints_the_named_artwork(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mosaic", "--out", str(tmp_path), "--size", "64"]) == 0
    assert (tmp_path / "mosaic.webp").is_file()
    assert [made["slug"] for made in read_manifest(tmp_path / MANIFEST)] == ["mosaic"]
    assert capsys.readouterr().out.startswith("[1/1] mosaic: 64 x 64 px, ")


def test_lists_every_artwork(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(load_artworks())


@pytest.mark.parametrize(
    ("arguments", "words"), [(["no-such-thing"], "no artwork 'no-such-thing'"), ([], "mosaic")]
)
def test_rejects_unknown_or_missing_artworks(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err
