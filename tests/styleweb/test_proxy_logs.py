"""The logs of the shipped nginx have no token of a share link, even while the site is away."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.styleweb.test_compose import reaches
from tests.support.deployments import OWNER, Client
from tests.support.nginx import Nginx, shipped
from tests.support.servers import free_port, wait_until

pytestmark = [pytest.mark.services, pytest.mark.slow]
TOKEN = "W0hQz3b1T2aX5cY7dE9fGg"  # of no link


@pytest.fixture
def nginx() -> Iterator[Nginx]:
    """Return nginx with the shipped configuration. Nothing else of the site runs."""
    with tempfile.TemporaryDirectory(prefix="styleweb-nginx-") as folder:
        # nginx runs as another user.
        Path(folder).chmod(0o755)
        nginx = Nginx(Path(folder) / "nginx", OWNER)
        nginx.start(shipped(nginx, Path(folder), web=free_port(), sockets=free_port()))
        try:
            wait_until(lambda: reaches(Client(nginx.port)), "nginx")
            yield nginx
        finally:
            nginx.stop()


def test_have_no_token(nginx: Nginx) -> None:
    page = f"/s/{TOKEN}/"
    paths = (page, f"{page}artworks/1/?page=2", f"/api/v1/public/shares/{TOKEN}/items/?limit=5")
    for path in paths:
        assert Client(nginx.port).ask(path, Referer=f"http://styleweb.example{page}").status == 503
    assert Client(nginx.port).ask("/studio/?photo=1").status == 503

    def written() -> str:
        access = (nginx.folder / "stdout").read_text()
        return access if "/studio/" in access else ""

    access = wait_until(written, "the last line")
    errors = (nginx.folder / "stderr").read_text()
    assert TOKEN not in access + errors
    assert access.count('"GET /s/- HTTP/1.1" 503') == 2
    assert access.count('"GET /api/v1/public/shares/- HTTP/1.1" 503') == 1
    assert '"GET /studio/?photo=1 HTTP/1.1" 503' in access
    # The errors of all other requests are told.
    assert "/studio/" in errors
