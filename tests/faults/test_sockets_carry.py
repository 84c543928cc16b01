"""Bar 37 of the reliability page, shortened: sockets live, and carry everything soon."""

import asyncio

import pytest

from tests.load.sockets import measure, resident_mb, second_web
from tests.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
# Generous: a machine that runs the other tests too is slower than one at rest.
SOON = 0.5
MOST_MB = 400


def test_many_sockets_hear_every_step_soon(production: ProductionSite) -> None:
    web, port = second_web(production)
    try:
        figures = asyncio.run(measure(production, [production.port, port], sockets=60, seconds=6))
        memory = resident_mb(production.web, web)
    finally:
        web.stop()

    assert figures.alive == figures.sockets == 60
    assert figures.ends_share == 1, figures
    assert figures.steps_share >= 0.99, figures
    assert figures.p95 <= SOON, figures
    assert memory <= MOST_MB
