"""Tests of the modules that a web process loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sites import ROOT

LOAD_EVERYTHING = """
import sys
import styleweb.asgi
import styleweb.urls
from styleweb.celery import app
app.loader.import_default_modules()
assert "inference.tasks.serve_queue" in app.tasks
loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("torch", "torchvision"))
sys.exit(" ".join(loaded) or None)
"""


class TestWebProcess:
    @pytest.mark.slow
    def test_never_loads_torch(self, tmp_path: Path) -> None:
        environment = {**os.environ, "STYLEWEB_DATA": str(tmp_path)}
        environment["DJANGO_SETTINGS_MODULE"] = "styleweb.settings"

        run = subprocess.run(
            [sys.executable, "-c", LOAD_EVERYTHING],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

        assert (run.returncode, run.stderr) == (0, "")
