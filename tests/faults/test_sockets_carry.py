"""Bar 37 of the reliability page, and a short form of it: sockets live and carry everything."""

import asyncio
import time
from contextlib import ExitStack

import pytest

from tests.faults.test_sockets_guard import open_socket, receive
from tests.load.sockets import measure, resident_mb, second_web
from tests.support.bars import Record
from tests.support.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
# Generous: a machine that runs the other tests too is slower than one at rest.
SOON, SOON_AT_REST = 0.5, 0.25
MOST_MB = 400


def carry(
    production: ProductionSite, *, sockets: int, seconds: float, each_second: float, soon: float
) -> str:
    """Have sockets of two processes hear every step, check what arrived, and say what came of it.

    The shares are those of the page: all ends, 99 of 100 steps.
    """
    web, port = second_web(production)
    ports = [production.port, port]
    load = {"sockets": sockets, "seconds": seconds, "each_second": each_second}
    try:
        figures = asyncio.run(measure(production, ports, **load))  # type: ignore[arg-type]
        memory = resident_mb(production.web, web)
    finally:
        web.stop()
    assert figures.alive == figures.sockets == sockets
    assert figures.ends_share == 1, figures
    assert figures.steps_share >= 0.99, figures
    assert figures.p95 <= soon, figures
    assert memory <= MOST_MB
    return f"{figures}, {memory:.0f} MiB"


def test_many_sockets_hear_every_step_soon(production: ProductionSite) -> None:
    carry(production, sockets=60, seconds=6, each_second=2, soon=SOON)


@pytest.mark.bar(37)
@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("sockets", "each_second"), [(200, 2), (500, 1)])
def test_hundreds_of_sockets_hear_every_step_soon(
    production: ProductionSite, sockets: int, each_second: float, record_bar: Record
) -> None:
    pace = {"seconds": 60, "each_second": each_second}
    record_bar(37, carry(production, sockets=sockets, soon=SOON_AT_REST, **pace))


@pytest.mark.bar(37)
@pytest.mark.long
def test_sockets_that_hear_nothing_stay_open(
    production: ProductionSite, record_bar: Record
) -> None:
    session = production.call("sign_in", name="idle")
    with ExitStack() as stack:
        sockets = [stack.enter_context(open_socket(production, session)) for _ in range(5)]
        for socket in sockets:
            receive(socket, "snapshot")
        time.sleep(60)
        for socket in sockets:
            socket.send('{"type": "resume"}')
            receive(socket, "snapshot")
    record_bar(37, "5 idle sockets alive after 60 s")
