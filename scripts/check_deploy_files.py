"""Check the deployment files: hadolint for the Dockerfile, own rules for the compose file.

tests/styleweb/test_compose.py also runs the commands of the compose file as local processes.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


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
        if "build" in service and not service.get("read_only"):
            faults.append(f"{name}: set read_only, as for all containers that are built here")
    return faults


def named_volumes(service: dict[str, Any]) -> list[str]:
    """Return the named volumes that a service mounts."""
    # A source that begins with a dot or a slash is a folder of the host.
    sources = [str(each).split(":")[0] for each in service.get("volumes", ())]
    return [each for each in sources if not each.startswith((".", "/"))]


def main() -> int:
    """Print the errors. The exit status is 1 if there are any, otherwise 0."""
    hadolint = Path(sys.executable).with_name("hadolint")
    linted = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, check=False)
    faults = compose_faults(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))
    for fault in faults:
        sys.stdout.write(f"docker-compose.yml: {fault}\n")
    return 1 if faults or linted.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
