"""Bar 37 of the reliability page, and a short form: sockets stay open and carry every frame."""

import asyncio
import time
from contextlib import ExitStack

import pytest

from tests.faults.test_sockets_guard import open_socket, receive
from tests.load.sockets import measure, resident_mb, second_web
from tests.support.bars import Keep, Record
from tests.support.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
# Seconds on an idle machine; the first is for a run with few sockets.
SOON, SOON_OF_MANY = 0.5, 0.25
MOST_MB = 400


def carry(
    production: ProductionSite,
    keep_bar: Keep,
    *,
    sockets: int,
    seconds: float,
    each_second: float,
    soon: float,
) -> str:
    """Let sockets of two processes receive every step, check the frames, and return the result.

    The required shares are those of the page: all ends, 99 of 100 steps. The next step replaces a
    step that waits half a second, so a busy machine may lose more steps, but never an end.
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
    assert figures.steps_share > 0, figures
    keep_bar(0.99, figures.steps_share)
    keep_bar(figures.p95, soon)
    assert memory <= MOST_MB
    return f"{figures}, {memory:.0f} MiB"


@pytest.mark.bar(37)
def test_sends_every_step_to_many_sockets_soon(
    production: ProductionSite, record_bar: Record, keep_bar: Keep
) -> None:
    pace = {"seconds": 6, "each_second": 2}
    record_bar(37, carry(production, keep_bar, sockets=60, soon=SOON, **pace))


@pytest.mark.bar(37)
@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("sockets", "each_second"), [(200, 2), (500, 1)])
def test_sends_every_step_to_hundreds_of_sockets_soon(
    production: ProductionSite,
    sockets: int,
    each_second: float,
    record_bar: Record,
    keep_bar: Keep,
) -> None:
    pace = {"seconds": 60, "each_second": each_second}
    record_bar(37, carry(production, keep_bar, sockets=sockets, soon=SOON_OF_MANY, **pace))


@pytest.mark.bar(37)
@pytest.mark.long
def test_keeps_silent_sockets_open(production: ProductionSite, record_bar: Record) -> None:
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
