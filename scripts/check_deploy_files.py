"""Check the deployment files: hadolint for the Dockerfile, own rules for the compose file.

tests/styleweb/test_compose.py also runs the commands of the compose file as local processes.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
# Production refuses the first, and the port of web is that of its container.
NOT_IN_COMPOSE = {"STYLEWEB_DEBUG", "STYLEWEB_BIND"}
# The Dockerfile sets these folders of its image.
BUILT = {"STYLEWEB_DATA", "STYLEWEB_WEIGHTS_DIR"}


def compose_faults(compose: dict[str, Any]) -> list[str]:
    """Return a sentence for each error in a parsed compose file."""
    faults = []
    services: dict[str, dict[str, Any]] = compose["services"]
    for name, service in services.items():
        image = service.get("image", "")
        # An image without a version can change between two deployments.
        if "build" not in service and (":" not in image or image.endswith(":latest")):
            faults.append(f"{name}: pin the version of image {image!r}")
        faults += [
            f"{name}: depends on {other!r}, which is not a service"
            for other in service.get("depends_on", ())
            if other not in services
        ]
        faults += [
            f"{name}: volume {volume!r} is not declared"
            for volume in named_volumes(service)
            if volume not in compose["volumes"]
        ]
        faults += [f"{name}: {fault}" for fault in rights_faults(service)]
    return faults


def rights_faults(service: dict[str, Any]) -> list[str]:
    """Return a sentence for each right that a container has and does not need."""
    faults = []
    if not service.get("read_only"):
        faults.append("set read_only")
    if "no-new-privileges:true" not in service.get("security_opt", ()):
        faults.append("set no-new-privileges in security_opt")
    if service.get("cap_drop") != ["ALL"]:
        faults.append("set cap_drop to ALL")
    # The Dockerfile of our own image names its user.
    if "build" not in service and service.get("user", "root").split(":")[0] in {"root", "0"}:
        faults.append("set a user that is not root")
    return faults


def user_faults(compose: dict[str, Any], dockerfile: str) -> list[str]:
    """Return a sentence for each container that cannot read the files of our own image."""
    owner = re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE)[-1]
    return [
        f"{name}: only the user {owner} of the Dockerfile can read the volume data"
        for name, service in compose["services"].items()
        if "build" not in service
        and "data" in named_volumes(service)
        and service.get("user") != owner
    ]


def setting_faults(compose: dict[str, Any], dockerfile: str, docs: str, example: str) -> list[str]:
    """Return a sentence for each setting that the code reads and an operator cannot set."""
    given = {*compose["services"]["web"]["environment"], *re.findall(r"STYLEWEB_\w+", dockerfile)}
    documented = set(re.findall(r"^\| `(\w+)` \|", docs, re.MULTILINE))
    in_example = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    own = {name for name, value in compose["services"]["web"]["environment"].items() if value}
    return [
        *(f"docs/operations.md has no {name}" for name in sorted(settings_read() - documented)),
        *(f"web is not given {name}" for name in sorted(documented - given - NOT_IN_COMPOSE)),
        *(f"deploy/example.env has no {name}" for name in sorted(given - in_example - own - BUILT)),
    ]


def settings_read() -> set[str]:
    """Return the names of the settings that the modules of the site read."""
    name = re.compile(r"\"((?:STYLEWEB_[A-Z_]+)|DATABASE_URL|REDIS_URL|EMAIL_URL)\"")
    sources = [ROOT / "styleweb/environment.py", ROOT / "styleweb/settings.py"]
    sources.append(ROOT / "deploy/gunicorn.conf.py")
    return {each for source in sources for each in name.findall(source.read_text("utf-8"))}


def named_volumes(service: dict[str, Any]) -> list[str]:
    """Return the named volumes that a service mounts."""
    # A source that begins with a dot or a slash is a folder of the host.
    sources = [str(each).split(":")[0] for each in service.get("volumes", ())]
    return [each for each in sources if not each.startswith((".", "/"))]


def text(name: str) -> str:
    """Return the text of a file of the project."""
    return (ROOT / name).read_text("utf-8")


def main() -> int:
    """Print the errors. The exit status is 1 if there are any, otherwise 0."""
    hadolint = Path(sys.executable).with_name("hadolint")
    linted = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, check=False)
    compose = yaml.safe_load(text("docker-compose.yml"))
    dockerfile, docs = text("Dockerfile"), text("docs/operations.md")
    faults = [
        *compose_faults(compose),
        *user_faults(compose, dockerfile),
        *setting_faults(compose, dockerfile, docs, text("deploy/example.env")),
    ]
    for fault in faults:
        sys.stdout.write(f"docker-compose.yml: {fault}\n")
    return 1 if faults or linted.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
