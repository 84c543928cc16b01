"""The check of the compose file finds errors that otherwise only appear at deployment."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from scripts.check_deploy_files import (
    ROOT,
    compose_faults,
    named_volumes,
    setting_faults,
    text,
    user_faults,
)


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


@pytest.mark.parametrize("name", ["beat", "proxy", "postgres", "redis"])
@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("read_only", False, "set read_only"),
        ("security_opt", [], "set no-new-privileges in security_opt"),
        ("cap_drop", ["NET_RAW"], "set cap_drop to ALL"),
    ],
)
def test_finds_a_container_with_a_right_that_it_does_not_need(
    compose: dict[str, Any], name: str, key: str, value: object, fault: str
) -> None:
    compose["services"][name][key] = value
    assert compose_faults(compose) == [f"{name}: {fault}"]


@pytest.mark.parametrize("user", [None, "root", "0:0"])
def test_finds_a_container_that_runs_as_root(compose: dict[str, Any], user: str | None) -> None:
    compose["services"]["redis"].update({"user": user} if user else {})
    if user is None:
        del compose["services"]["redis"]["user"]
    assert compose_faults(compose) == ["redis: set a user that is not root"]


def test_finds_a_proxy_that_cannot_read_media_files(compose: dict[str, Any]) -> None:
    assert user_faults(compose, text("Dockerfile")) == []
    compose["services"]["proxy"]["user"] = "101:101"
    [fault] = user_faults(compose, text("Dockerfile"))
    assert fault.startswith("proxy: only the user 10001:10001")


class TestSettings:
    def faults(self, compose: dict[str, Any], **files: str) -> list[str]:
        """Return the faults, with some files replaced."""
        found = {
            "dockerfile": text("Dockerfile"),
            "docs": text("docs/operations.md"),
            "example": text("deploy/example.env"),
        }
        return setting_faults(compose, **{**found, **files})

    def test_are_all_documented_and_passed_on(self, compose: dict[str, Any]) -> None:
        assert self.faults(compose) == []

    def test_are_missed_in_the_documentation(self, compose: dict[str, Any]) -> None:
        docs = text("docs/operations.md").replace("| `STYLEWEB_THREADS` |", "|")
        assert self.faults(compose, docs=docs) == ["docs/operations.md has no STYLEWEB_THREADS"]

    def test_are_missed_in_the_compose_file(self, compose: dict[str, Any]) -> None:
        del compose["services"]["web"]["environment"]["STYLEWEB_LEASE_SECONDS"]
        assert self.faults(compose) == ["web is not given STYLEWEB_LEASE_SECONDS"]

    def test_are_missed_in_the_example(self, compose: dict[str, Any]) -> None:
        example = text("deploy/example.env").replace("EMAIL_URL", "MAIL_URL")
        assert self.faults(compose, example=example) == ["deploy/example.env has no EMAIL_URL"]


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
