from pathlib import Path

import pytest

from style_transfer.bench.face_boxes import MARKED, FacesUnreadableError, read_faces


def test_reads_the_marked_faces() -> None:
    assert len(read_faces(MARKED)["kodim23"]) == 2


@pytest.mark.parametrize(
    "words",
    [
        "",
        "[]",
        '{"a": 1}',
        '{"a": [[0, 0, 1]]}',
        '{"a": [[0.5, 0, 0.4, 1]]}',
        '{"a": [[0, 0, 2, 1]]}',
    ],
)
def test_refuses_other_files(tmp_path: Path, words: str) -> None:
    path = tmp_path / "faces.json"
    path.write_text(words)
    with pytest.raises(FacesUnreadableError, match=r"faces\.json has boxes of another form"):
        read_faces(path)


def test_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FacesUnreadableError, match="No such file"):
        read_faces(tmp_path / "none.json")
