"""Bar 2 of the reliability page: pages are answered while pictures are converted and decoded.

Twenty people download pictures in other formats and twelve send hostile files, all at once.
Gunicorn serves them as in production. Who is told that the server is busy comes again.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.apps import App
from tests.support.bars import Keep, Record
from tests.support.hostile import jpeg_with_scans, png_of_zeros
from tests.support.servers import Server, free_port, wait_until
from tests.support.sites import ProductionSite

pytestmark = [pytest.mark.services, pytest.mark.slow]
PICTURES, UPLOADS = 10, 12
SIZE = {"width": 1024, "height": 768}
BUSY = 503
REFUSED_OR_KEPT = {201, 422}
# On an idle machine: a user who waits longer thinks of something else.
MOST_SECONDS = 1.0
# Of all web processes together, after each of their threads has done such work once.
MOST_GROWTH_MB = 50


class Web:
    """Gunicorn with the settings of production, in front of the data of a running site."""

    def __init__(self, site: ProductionSite) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        options = ("--config", "deploy/gunicorn.conf.py", "--bind", self.address)
        self.server: Server = site.server("gunicorn", "-m", "gunicorn", *options, "styleweb.wsgi")
        self.client = httpx.Client(base_url=f"http://{self.address}", timeout=120)

    def memory(self) -> float:
        """Return the memory of the processes that answer, in MiB."""
        master = self.server.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        texts = [Path(f"/proc/{pid}/status").read_text() for pid in children]
        return sum(int(text.split("VmRSS:")[1].split()[0]) for text in texts) / 1024

    def is_up(self) -> bool:
        """Return whether the home page is served."""
        try:
            return self.client.get("/").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def web(production: ProductionSite) -> Iterator[Web]:
    """Return a running Gunicorn."""
    production.manage("collectstatic", "--noinput", "--verbosity=0")
    web = Web(production)
    web.server.start()
    try:
        wait_until(web.is_up, "the start of gunicorn")
        yield web
    finally:
        web.client.close()
        web.server.stop()


def patiently(call: Callable[[], httpx.Response]) -> int:
    """Call again while the server is busy, and return the status of its answer."""
    while (answer := call()).status_code == BUSY:
        time.sleep(int(answer.headers["Retry-After"]))
    return answer.status_code


class HomePage:
    """Asks for the home page all the while, and records how long each answer takes."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.times: list[float] = []
        self._is_over = threading.Event()

    def ask(self) -> None:
        """Ask once. Raises an error if the page does not come."""
        begin = time.monotonic()
        self.client.get("/").raise_for_status()
        self.times.append(time.monotonic() - begin)

    def ask_until_over(self) -> None:
        """Ask again and again until `end`."""
        while not self._is_over.is_set():
            self.ask()

    def end(self) -> None:
        """Let `ask_until_over` return."""
        self._is_over.set()

    @property
    def p95(self) -> float:
        """The time within which 95 of 100 answers came."""
        return statistics.quantiles(self.times, n=20)[-1]


def sender(production: ProductionSite, name: str) -> dict[str, str]:
    """Return the headers of an app of the person called `name`."""
    production.call("painter", name=name)
    app = App(production)
    app.sign_in(name)
    return {"Authorization": app.headers["Authorization"]}


def storm(
    web: Web, pictures: list[str], senders: list[dict[str, str]], *, again: bool
) -> tuple[HomePage, float]:
    """Make all costly requests at once; return the pages beside them, and the seconds of all."""
    form = "webp" if again else "jpeg"
    # Other files than before: a photo that is known is not decoded again.
    hostile = [png_of_zeros(5000, 4999 - again), jpeg_with_scans(90 - again)]

    def download(picture: str) -> int:
        return patiently(lambda: web.client.get(f"{picture}?download=1&format={form}"))

    def upload(number: int) -> int:
        file = {"file": ("x.png", hostile[number % 2])}
        headers = senders[number]
        return patiently(lambda: web.client.post("/api/v1/photos/", files=file, headers=headers))

    home, begin = HomePage(web.client), time.monotonic()
    with ThreadPoolExecutor(2 * PICTURES + UPLOADS + 1) as pool:
        asking = pool.submit(home.ask_until_over)
        downloads = [pool.submit(download, picture) for picture in 2 * pictures]
        uploads = [pool.submit(upload, number) for number in range(UPLOADS)]
        assert {each.result() for each in downloads} == {200}
        assert {each.result() for each in uploads} <= REFUSED_OR_KEPT
        took = time.monotonic() - begin
        home.end()
        asking.result()
    return home, took


@pytest.mark.bar(2)
@pytest.mark.long
@pytest.mark.timeout(900)
def test_answers_pages_beside_costly_requests(
    production: ProductionSite, web: Web, record_bar: Record, keep_bar: Keep
) -> None:
    pictures = production.call("publish_pictures", name="painter", number=PICTURES, **SIZE)
    senders = [sender(production, f"sender-{number}") for number in range(UPLOADS)]
    rest = HomePage(web.client)
    for _ in range(40):
        rest.ask()
    at_first = web.memory()
    storm(web, pictures, senders, again=False)
    before = web.memory()
    home, took = storm(web, pictures, senders, again=True)
    after = web.memory()

    record_bar(
        2,
        f"home page p95 {rest.p95:.2f} s at rest, {home.p95:.2f} s beside {2 * PICTURES} "
        f"downloads and {UPLOADS} uploads ({len(home.times)} pages, all done in {took:.0f} s); "
        f"web processes {at_first:.0f} MiB, {before:.0f} after the first time, {after:.0f} after "
        "the second",
    )
    keep_bar(home.p95, MOST_SECONDS)
    assert after - before <= MOST_GROWTH_MB
