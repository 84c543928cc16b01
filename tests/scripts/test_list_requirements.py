"""The dependencies that an image installs before it has the sources."""

import tomllib

from scripts.check_deploy_files import ROOT
from scripts.list_requirements import requirements


def test_lists_the_dependencies_and_those_of_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    plain = requirements(ROOT / "pyproject.toml", [])
    assert plain == project["dependencies"]
    assert requirements(ROOT / "pyproject.toml", ["prod"]) == [
        *plain,
        *project["optional-dependencies"]["prod"],
    ]
