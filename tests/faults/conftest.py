"""The two ways a site runs; every fault is tried on both."""

from collections.abc import Iterator

import pytest

from tests.servers import PostgreSQL, Redis
from tests.sites import EmbeddedSite, ProductionSite, Site


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSite]:
    """Return a site on SQLite with its worker kept by the server."""
    with EmbeddedSite(tmp_path_factory.mktemp("embedded")) as site:
        yield site


@pytest.fixture(scope="session")
def production(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, redis_server: Redis
) -> Iterator[ProductionSite]:
    """Return a site on PostgreSQL and Redis with a separate worker and beat."""
    folder = tmp_path_factory.mktemp("production")
    with ProductionSite(folder, postgresql, redis_server) as site:
        yield site


@pytest.fixture(scope="session", params=["embedded", "production"])
def site(request: pytest.FixtureRequest) -> Site:
    """Return each kind of site in turn."""
    site: Site = request.getfixturevalue(request.param)
    return site
