"""What exiftool, an independent reader of metadata, finds in files."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

needs_exiftool = pytest.mark.skipif(
    shutil.which("exiftool") is None, reason="exiftool is not installed"
)


def read_tags(files: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, Any]]:
    """Return all tags of each file by `Group:Name`; the key of a file becomes its name."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    paths = [folder / name for name in files]
    command = ["exiftool", "-j", "-a", "-G1", "-struct", "-charset", "iptc=UTF8", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=True)
    found = {Path(each["SourceFile"]).name: each for each in json.loads(done.stdout)}
    assert found.keys() == files.keys()
    return found
