"""The two kinds of site: embedded and production; the tests cause every fault on both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.servers import PostgreSQL, Redis
from tests.support.sites import EmbeddedSite, ProductionSite, Site


@pytest.fixture(scope="session")
def leases(*, full: bool) -> dict[str, str]:
    """Return the setting of the leases: short ones, or with --full those of the product."""
    return {"STYLEWEB_LEASE_SECONDS": "15"} if full else {}


@pytest.fixture(scope="session")
def embedded(site_folder: Callable[[str], Path], leases: dict[str, str]) -> Iterator[EmbeddedSite]:
    """Return a site on SQLite whose server process runs the worker."""
    with EmbeddedSite(site_folder("embedded"), **leases) as site:
        yield site


@pytest.fixture(scope="session")
def production(
    tmp_path_factory: pytest.TempPathFactory,
    postgresql: PostgreSQL,
    redis_server: Redis,
    leases: dict[str, str],
) -> Iterator[ProductionSite]:
    """Return a site on PostgreSQL and Redis with a separate worker and beat."""
    folder = tmp_path_factory.mktemp("production")
    with ProductionSite(folder, postgresql, redis_server, **leases) as site:
        yield site


@pytest.fixture(scope="session")
def sites(embedded: EmbeddedSite, production: ProductionSite) -> tuple[Site, ...]:
    """Return both kinds of site, for long tests that can run on both at once."""
    return embedded, production


@pytest.fixture(scope="session", params=["embedded", "production"])
def site(request: pytest.FixtureRequest) -> Site:
    """Return each kind of site in turn."""
    site: Site = request.getfixturevalue(request.param)
    return site
