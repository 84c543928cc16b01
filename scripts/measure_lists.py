"""Measure each list page and its API on PostgreSQL: queries, time and size.

    python -m scripts.measure_lists [--artworks 100000 --galleries 5000 --styles 2000 --people 2000]

The script starts PostgreSQL, fills a new site with `manage.py demo_data`, and asks each list for
its first page and for the 400th (`--far`), or for the last one if there are fewer. Bars: at most
12 queries, and 19 of 20 requests within 100 ms. The fastest of the 20 tells what an idle machine
needs.
"""

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.servers import PostgreSQL

OK = 200
FAR = 400
REPEATS = 20
MOST_QUERIES = 12
MOST_MS = 100.0
MOST_BYTES = 300_000
AMOUNTS = {"artworks": 100_000, "galleries": 5_000, "styles": 2_000, "people": 2_000}


def say(line: str) -> None:
    """Print a line immediately."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def filled_site(amounts: dict[str, int]) -> Iterator[None]:
    """Prepare Django on a new PostgreSQL server with demonstration data."""
    server = PostgreSQL()
    try:
        with tempfile.TemporaryDirectory() as folder:
            _prepare(server.url("lists"), folder, amounts)
            yield
    finally:
        server.stop()


def _prepare(database: str, folder: str, amounts: dict[str, int]) -> None:
    """Set up Django with `database` and fill it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DATABASE_URL"] = database
    os.environ["STYLEWEB_DATA"] = folder
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("demo_data", **amounts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass(frozen=True)
class Asked:
    """The measured requests of one address."""

    queries: int
    least: float
    milliseconds: float
    size: int

    @property
    def is_within(self) -> bool:
        """Whether it keeps the bars."""
        return self.queries <= MOST_QUERIES and self.milliseconds <= MOST_MS


def ask(client: Any, address: str) -> Asked:
    """Ask for an address several times."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    # Counted now, because the next request empties the log.
    queries = len(captured)
    if response.status_code != OK:
        raise RuntimeError(f"{address} answers {response.status_code}")
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        client.get(address)
        times.append(1000 * (time.perf_counter() - begun))
    times.sort()
    p95 = times[math.ceil(0.95 * REPEATS) - 1]
    return Asked(queries, times[0], p95, len(response.content))


def far_page(client: Any, address: str, far: int) -> str:
    """Return the address of the page number `far`, or of the last one, as links lead to it."""
    import re
    from html import unescape

    mark = "&" if "?" in address else "?"
    if not address.startswith("/api/"):
        text = client.get(address).text
        if "cursor=" not in text:
            return f"{address}{mark}page={far}" if "page=2" in text else address
    for _ in range(far - 1):
        response = client.get(address)
        if address.startswith("/api/"):
            following = response.json()["next"]
        else:
            found = re.search(r'href="([^"]*cursor=[^"]*)"[^>]*rel="next"', response.text) or (
                re.search(r'rel="next"[^>]*href="([^"]*cursor=[^"]*)"', response.text)
            )
            following = unescape(found[1]) if found else None
            if following and following.startswith("?"):
                following = address.partition("?")[0] + following
        if not following:
            break
        address = following.removeprefix("http://localhost")
    return address


def lists() -> dict[str, str]:
    """Return the lists by name, with the address of each."""
    from gallery.models import Gallery
    from library.models import Style

    gallery = Gallery.objects.filter(layout="grid")[0]
    style = Style.objects.published()[0]
    api = "/api/v1"
    return {
        "home": "/",
        "public gallery": "/gallery/",
        "most liked": "/gallery/?sort=liked",
        "search": "/gallery/?q=harbor",
        "by color": "/gallery/?color=blue",
        "by tag": "/gallery/?tag=sea",
        "by technique": "/gallery/?technique=Oil",
        "of a style": f"/gallery/?style={style.slug}",
        "galleries": "/gallery/galleries/",
        "a gallery": gallery.get_absolute_url(),
        "a person": "/people/demo-1/",
        "styles": "/styles/",
        "a style": style.get_absolute_url(),
        "studio": "/studio/",
        "my pictures": "/artworks/",
        "my galleries": "/galleries/",
        "favorites": "/favorites/",
        "my links": "/links/",
        "trash": "/trash/",
        "my styles": "/my/styles/",
        "jobs": "/jobs/",
        "api public artworks": f"{api}/public/artworks/",
        "api most liked": f"{api}/public/artworks/?sort=liked",
        "api search": f"{api}/public/artworks/?q=harbor",
        "api public galleries": f"{api}/public/galleries/",
        "api gallery items": f"{api}/galleries/{gallery.pk}/items/",
        "api styles": f"{api}/styles/",
        "api artworks": f"{api}/artworks/",
        "api galleries": f"{api}/galleries/",
        "api jobs": f"{api}/jobs/",
    }


def measure(far: int) -> bool:
    """Print the table, and return whether every list keeps the bars."""
    from django.test import Client

    from accounts.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="demo-1"))
    say(f"{'list':22}{'page':>8}{'queries':>9}{'least ms':>10}{'p95 ms':>9}{'kB':>8}")
    kept = True
    for name, address in lists().items():
        for page, where in (("first", address), ("far", far_page(client, address, far))):
            if page == "far" and where == address:
                continue
            asked = ask(client, where)
            large = name in {"styles", "studio"} and asked.size > MOST_BYTES
            wrong = not asked.is_within or large
            kept = kept and not wrong
            size = asked.size / 1000
            times = f"{asked.least:10.1f}{asked.milliseconds:9.1f}"
            line = f"{name:22}{page:>8}{asked.queries:9}{times}{size:8.1f}"
            say(line + ("  !" if wrong else ""))
    return kept


def main() -> None:
    """Read the arguments, fill the site and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, amount in AMOUNTS.items():
        parser.add_argument(f"--{name}", type=int, default=amount)
    parser.add_argument("--pictures", type=int, default=300, help="files that the rows share")
    parser.add_argument("--far", type=int, default=FAR, help="number of the far page")
    asked = vars(parser.parse_args())
    far = asked.pop("far")
    with filled_site(asked):
        sys.exit(0 if measure(far) else 1)


if __name__ == "__main__":
    main()
