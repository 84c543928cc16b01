"""Tests that a TypeScript client can use the API through types made of its OpenAPI document.

The program is typescript_client/use_api.ts. The strict compiler checks it against the document, and
a running site checks the document. Node's tools are installed once, below build/.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.tokens import create_token
from common.openapi import whole_document
from tests.support.clients import ALL_SCOPES
from tests.support.factories import finished_job, make_style
from tests.support.servers import program

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("media_root", "wakeups"),
]
SOURCE = Path(__file__).with_name("typescript_client")
BUILT = Path(__file__).parents[2] / "build" / "typescript-client"
INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tools() -> Path:
    """Return the folder with the installed generator and compiler."""
    npm, folder = program("npm", "npm"), BUILT
    done = folder / hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCE, folder)
        install = subprocess.run([npm, *INSTALL], cwd=folder, capture_output=True, check=False)
        if install.returncode and not os.environ.get("CI"):
            pytest.skip(f"npm cannot install the compiler: {install.stderr.decode()[-300:]}")
        assert install.returncode == 0, install.stderr
        done.touch()
    return folder


@pytest.fixture(scope="module")
def client(tools: Path) -> Path:
    """Return the folder with the compiled program."""
    for name in ("use_api.ts", "tsconfig.json"):
        shutil.copy(SOURCE / name, tools / name)
    (tools / "openapi.json").write_text(json.dumps(whole_document()))
    node, modules = program("node", "nodejs"), tools / "node_modules"
    generator = modules / "openapi-typescript" / "bin" / "cli.js"
    run(tools, node, str(generator), "openapi.json", "--output", "schema.ts")
    run(tools, node, str(modules / "typescript" / "bin" / "tsc"))
    return tools


def test_fetches_a_result(client: Path, live_server: LiveServer, alice: User) -> None:
    make_style("great-wave")
    job = finished_job(alice)
    _row, token = create_token(owner=alice, name="client", scopes=ALL_SCOPES)

    printed = run(
        client, program("node", "nodejs"), "use_api.js", live_server.url, token, str(job.pk)
    )

    got: dict[str, Any] = json.loads(printed)
    assert "great-wave" in got["library"]
    assert got["result"] == {"state": "succeeded", "width": 64, "magic": "PNG"}
    assert got["job"] == {"state": "queued", "strength": 0.5}
    assert got["problem"] == {"status": 404, "code": "not_found"}
