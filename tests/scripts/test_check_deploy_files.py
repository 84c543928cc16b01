"""The check of the compose file finds errors that otherwise only appear at deployment."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from scripts.check_deploy_files import ROOT, compose_faults, named_volumes


@pytest.fixture
def compose() -> dict[str, Any]:
    """Return the parsed compose file of the project."""
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return deepcopy(parsed)


def test_finds_no_error_in_the_compose_file_of_the_project(compose: dict[str, Any]) -> None:
    assert compose_faults(compose) == []


def test_finds_an_image_without_a_version(compose: dict[str, Any]) -> None:
    compose["services"]["redis"]["image"] = "redis"
    assert compose_faults(compose) == ["redis: pin the version of image 'redis'"]


def test_finds_a_dependency_on_an_unknown_service(compose: dict[str, Any]) -> None:
    compose["services"]["proxy"]["depends_on"] = ["wep"]
    assert compose_faults(compose) == ["proxy: depends on 'wep', which is not a service"]


def test_finds_an_undeclared_volume(compose: dict[str, Any]) -> None:
    del compose["volumes"]["redis"]
    assert compose_faults(compose) == ["redis: volume 'redis' is not declared"]


def test_finds_a_container_with_a_writable_root(compose: dict[str, Any]) -> None:
    compose["services"]["beat"] = {**compose["services"]["beat"], "read_only": False}
    assert compose_faults(compose) == [
        "beat: set read_only, as for all containers that are built here"
    ]


def test_does_not_count_folders_of_the_host_as_named_volumes() -> None:
    mounts = {"volumes": ["./deploy/nginx.conf:/etc/x:ro", "/srv/x:/x", "data:/data"]}
    assert named_volumes(mounts) == ["data"]


def test_has_all_roles(compose: dict[str, Any]) -> None:
    assert {"web", "sockets", "worker-cpu", "worker-gpu", "beat", "postgres", "redis"} <= set(
        compose["services"]
    )
    assert compose["services"]["worker-gpu"]["profiles"] == ["gpu"]


def test_keeps_every_secret_in_the_environment(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    assert environment["STYLEWEB_SECRET_KEY"].startswith("${STYLEWEB_SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
