"""The list of training pictures that ask for credit."""

from pathlib import Path

from scripts.make_attributions import OUT, main

MANIFEST = """file,title,artist,year,licence,source
b.jpg,Bridge,Ann | Bo,,CC-BY-4.0,example.org/b
a.jpg,,Cho,,CC-BY-2.0,example.org/a
free.jpg,Free,Dee,,CC0-1.0,example.org/c
"""


def test_lists_the_pictures_that_ask_for_credit(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(MANIFEST)
    out = tmp_path / "list.md"
    main([str(tmp_path), "--out", str(out)])
    lines = [line for line in out.read_text().splitlines() if line.startswith("| ")]
    assert lines[2:] == [
        "| a.jpg | Cho | CC-BY-2.0 | example.org/a |",
        "| Bridge | Ann · Bo | CC-BY-4.0 | example.org/b |",
    ]


def test_the_shipped_list_names_everybody() -> None:
    rows = [line.split(" | ") for line in OUT.read_text().splitlines() if "| CC-BY" in line]
    assert len(rows) > 200
    assert all(len(row) == 4 and all(cell.strip("| ") for cell in row) for row in rows)
