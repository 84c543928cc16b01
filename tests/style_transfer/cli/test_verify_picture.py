"""The command line reads passports: what they say, whether they hold, and a status for each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.imaging.metadata.embedding import embed_credit
from style_transfer.imaging.metadata.passport import (
    FileHashes,
    Passport,
    embed_passport,
    key_text,
    read_passport,
    sign,
    write_statement,
)
from style_transfer.imaging.metadata.xmp import PictureCredit
from style_transfer.imaging.perceptual_hash import look_of
from tests.support.factories import make_picture, picture_bytes

KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
CREDIT = PictureCredit("Sea", ("Alice",), "© Alice", "", "")
FACTS = {
    "made_on": "2026-11-30",
    "width": 96,
    "height": 64,
    "recipe": {
        "spec": {"method": "fast", "seed": 7, "size": None},
        "styles": [{"title": "海 [bold]", "artist": "Ann", "license": "CC0-1.0", "version": 2}],
        "weights": {"fast": "ab" * 32},
        "engine_version": "1.2",
    },
}


def signed(picture: Image.Image, kind: str = "PNG", credit: PictureCredit = CREDIT) -> bytes:
    """Return a file with a passport."""
    look = look_of(picture)

    def make(hashes: FileHashes) -> Passport:
        return sign(write_statement(FACTS, hashes, look), KEY)

    return embed_passport(embed_credit(picture_bytes(picture, kind), credit), make)


def with_passport_of(source: bytes, data: bytes, credit: PictureCredit = CREDIT) -> bytes:
    """Return the file `data` with the passport of another one."""
    passport = read_passport(source)
    assert passport is not None
    return embed_passport(embed_credit(data, credit), lambda _hashes: passport)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_says_what_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(signed(make_picture(), kind))
    assert main(["verify-picture", str(path), "--key", key_text(KEY)]) == 0
    said = capsys.readouterr().out
    assert "2026-11-30" in said
    assert "海 [bold], Ann, CC0-1.0; version 2" in said
    assert "method fast, seed 7" in said
    assert "ab" * 32 in said
    assert "Unchanged" in said
    assert "--key" not in said


def test_says_that_anybody_can_sign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(signed(make_picture()))
    assert main(["verify-picture", str(path)]) == 0
    assert "Anybody can sign" in capsys.readouterr().out


def test_answers_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(signed(make_picture()))
    assert main(["verify-picture", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["says"]["recipe"] == FACTS["recipe"]
    assert said["signed_by"] == key_text(KEY)


def changed(name: str) -> bytes:
    """Return a file that is not as it was signed."""
    picture = make_picture()
    data = signed(picture)
    if name == "pixel":
        picture.putpixel((3, 3), (0, 255, 0))
        return with_passport_of(data, picture_bytes(picture))
    if name == "words":
        other = PictureCredit("Sea", ("Mallory",), "© Mallory", "", "")
        return with_passport_of(data, picture_bytes(picture), other)
    if name == "other picture":
        return with_passport_of(data, picture_bytes(make_picture(seed=5)))
    return data.replace(b'"seed":7', b'"seed":8')


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("pixel", "saved again"),
        ("words", "The picture is as signed."),
        ("other picture", "another picture"),
        ("statement", "signature is wrong"),
    ],
)
def test_notices_a_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, sentence: str
) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(changed(name))
    assert main(["verify-picture", str(path)]) == 1
    assert sentence in capsys.readouterr().out


def test_has_a_status_for_another_key_and_for_no_passport(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, plain = tmp_path / "picture.png", tmp_path / "plain.png"
    path.write_bytes(signed(make_picture()))
    plain.write_bytes(picture_bytes(make_picture()))
    other = key_text(Ed25519PrivateKey.generate())
    assert main(["verify-picture", str(path), "--key", other]) == 4
    assert "counts for nothing" in capsys.readouterr().out
    assert main(["verify-picture", str(plain)]) == 3
    assert "no passport" in capsys.readouterr().err


def test_has_a_status_for_what_cannot_be_read(tmp_path: Path) -> None:
    assert main(["verify-picture", str(tmp_path / "nowhere.png")]) == 2
    with pytest.raises(SystemExit, match="2"):
        main(["verify-picture", "x", "--key", "short"])


def test_is_the_only_command_that_needs_cryptography() -> None:
    code = (
        "import sys; sys.modules['cryptography'] = None;"
        "from style_transfer.__main__ import main; main(['methods'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
