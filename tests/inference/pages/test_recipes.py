"""Tests of recipes, which can be copied as JSON, as a command and as a link."""

import json
import shlex

import pytest

from accounts.models import User
from inference.models import Job
from inference.pages.recipes import again_links, command_line, print_size, recipe_json, studio_query
from style_transfer.core.spec import TransferSpec
from tests.support.factories import make_code_style, make_job, make_style


@pytest.fixture
def job(alice: User) -> Job:
    spec = TransferSpec(size=512, seed=7, strength=0.5)
    return make_job(alice, styles=[make_style("woodcut"), make_style("mosaic")], spec=spec)


def test_writes_the_spec_and_styles_as_json(job: Job) -> None:
    recipe = json.loads(recipe_json(job))
    assert recipe["spec"] == job.spec
    assert {each["style"] for each in recipe["styles"]} == {"woodcut", "mosaic"}


def test_writes_a_command_that_a_shell_splits_correctly(job: Job) -> None:
    words = shlex.split(command_line(job))
    assert words[:5] == ["python", "-m", "style_transfer", "stylize", "PHOTO"]
    assert words.count("--style") == 2
    assert words[words.index("--size") + 1] == "512"
    assert words[words.index("--seed") + 1] == "7"


def test_leaves_out_settings_without_a_value(job: Job) -> None:
    assert "--steps" not in command_line(job)


def test_names_the_file_of_each_style(alice: User) -> None:
    job = make_job(alice, styles=[make_style("woodcut"), make_code_style("arlesiennes-mistral")])
    words = shlex.split(command_line(job))
    assert "library/shipped/woodcut.webp=1" in words
    assert "library/masterworks/arlesiennes-mistral.code=1" in words


def test_names_no_file_that_is_not_there(alice: User) -> None:
    job = make_job(alice, styles=[make_style("of-the-curators"), make_code_style("of-others")])
    assert shlex.split(command_line(job)).count("STYLE=1") == 2


def test_links_to_the_same_photo_and_the_same_styles(job: Job) -> None:
    links = again_links(job)
    assert links["same_photo"] == f"photo={job.photo_id}"
    assert "style=woodcut:1" in links["same_style"]
    assert "seed=7" in links["same_style"]
    assert f"method={job.spec['method']}" in links["same_style"]


def test_links_without_settings_that_an_old_recipe_lacks() -> None:
    assert studio_query({"woodcut": 0.25}, {}) == "style=woodcut:0.25"


def test_measures_prints_in_centimeters() -> None:
    assert print_size(3000, 1500) == {"width": 25.4, "height": 12.7, "dpi": 300}
