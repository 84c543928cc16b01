"""Tests that a Python client, generated from the OpenAPI document, can use the API.

Other languages have generators of their own. What this one cannot read, they cannot either: it
drops an answer of an unknown kind, and raises for a value that the document does not allow.
"""

import importlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from accounts.models import User
from accounts.tokens import create_token
from common.openapi import whole_document
from gallery.services import keep_artwork, publish_artwork
from styleweb.wsgi import application
from tests.support.clients import ALL_SCOPES, open_connection
from tests.support.factories import (
    finished_job,
    make_job,
    make_picture,
    make_style,
    picture_bytes,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAME = "generated_client"


class Api:
    """The generated client, and its calls by their operation."""

    def __init__(self, token: str = "") -> None:
        package = importlib.import_module(NAME)
        options: dict[str, Any] = {
            "base_url": "http://localhost",
            "httpx_args": {"transport": httpx.WSGITransport(app=application)},
        }
        self.client = (
            package.AuthenticatedClient(token=token, **options)
            if token
            else package.Client(**options)
        )

    def call(self, operation: str, **arguments: Any) -> Any:
        """Call an operation such as `jobs.jobs_retrieve`, and return what the client made of it."""
        module = importlib.import_module(f"{NAME}.api.{operation}")
        return module.sync(client=self.client, **arguments)


@pytest.fixture(scope="module", autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Generate the client and let it be imported."""
    folder = tmp_path_factory.mktemp("clients")
    document, settings = folder / "openapi.json", folder / "settings.json"
    document.write_text(json.dumps(whole_document()))
    # Without its usual tools the generator only writes files.
    settings.write_text(json.dumps({"post_hooks": []}))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    run = subprocess.run(
        [
            *command,
            *("--path", str(document), "--config", str(settings)),
            *("--output-path", str(folder / NAME), "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield importlib.import_module(NAME)
    for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    with open_connection():
        yield


@pytest.fixture
def api(alice: User) -> Api:
    """Return a client with a token of alice."""
    return Api(create_token(owner=alice, name="client", scopes=ALL_SCOPES)[1])


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"{NAME}.models"), name)


def picture_in(file: Any) -> Image.Image:
    with Image.open(file.payload) as image:
        image.load()
        return image.copy()


def test_has_a_module_for_every_operation(package: ModuleType) -> None:
    folder = Path(str(package.__file__)).parent / "api"
    made = {path.stem for path in folder.glob("*/*.py")} - {"__init__"}
    assert made == {
        operation["operationId"]
        for operations in whole_document()["paths"].values()
        for operation in operations.values()
    }


def test_fetches_a_result(api: Api, alice: User) -> None:
    job = finished_job(alice)
    found = api.call("jobs.jobs_retrieve", id=job.pk)
    assert (found.state.value, found.result.width) == ("succeeded", 64)
    assert picture_in(api.call("jobs.jobs_file_retrieve", id=job.pk)).size == (64, 43)


def test_uploads_a_photo_and_submits_a_job(api: Api) -> None:
    make_style("great-wave")
    file = importlib.import_module(f"{NAME}.types").File(
        io.BytesIO(picture_bytes(make_picture())), "a.png", "image/png"
    )
    photo = api.call("photos.photos_create", body=model("PhotoUploadRequest")(file=file))
    assert (photo.width, photo.height) == (96, 64)
    styles = [model("StyleChoiceRequest")(style="great-wave")]
    # One control is enough; the others have their defaults.
    spec = model("JobRequestSpec")(strength=0.5)
    body = model("JobRequest")(photo=photo.id, styles=styles, spec=spec)
    job = api.call("jobs.jobs_update", id=uuid4(), body=body)
    assert (job.state.value, job.spec.strength) == ("queued", 0.5)


def test_reads_an_artwork_before_and_after_its_publication(api: Api, alice: User) -> None:
    artwork = keep_artwork(job=finished_job(alice))
    assert api.call("artworks.artworks_retrieve", id=artwork.pk).license_.value == ""
    publish_artwork(artwork=artwork, license="CC-BY-4.0")
    (mine,) = api.call("artworks.artworks_list").results
    assert (mine.license_.value, mine.visibility.value) == ("CC-BY-4.0", "public")
    (shown,) = Api().call("public.public_artworks_list").results
    assert shown.id == artwork.pk
    assert picture_in(Api().call("artworks.artworks_file_retrieve", id=artwork.pk)).size == (64, 43)


def test_reads_the_library_without_a_token() -> None:
    style = make_style()
    page = Api().call("styles.styles_list")
    assert [each.slug for each in page.results] == [style.slug]
    assert (page.next_, page.results[0].source_url) == (None, "")


def test_reads_a_page_and_the_next_one(api: Api, alice: User) -> None:
    jobs = [make_job(alice) for _ in range(3)]
    page = api.call("jobs.jobs_list", limit=2)
    cursor = httpx.URL(page.next_).params["cursor"]
    rest = api.call("jobs.jobs_list", limit=2, cursor=cursor)
    assert [each.id for each in page.results + rest.results] == [job.pk for job in reversed(jobs)]


def test_reads_a_failure_as_a_problem(api: Api) -> None:
    problem = api.call("jobs.jobs_retrieve", id=uuid4())
    assert (problem.status, problem.code) == (404, "not_found")
    nobody = Api().call("jobs.jobs_list")
    assert (nobody.status, nobody.code) == (401, "not_authenticated")
