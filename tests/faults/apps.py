"""Apps that send HTTP requests to a running site, one at a time or many at the same moment."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests.support.factories import PASSWORD
from tests.support.sites import Site

AT_ONCE = 50
BUSY = 503
NO_ANSWER = 0
Answers = list[tuple[int, Any]]


class App:
    """An app that sends HTTP requests to a running site."""

    def __init__(self, site: Site) -> None:
        self.address = f"{site.address}/api/v1"
        self.headers = {"Content-Type": "application/json"}

    def sign_in(self, name: str) -> None:
        """Get a token of the person called `name`."""
        login = {"login": name, "password": PASSWORD}
        _status, answer = self.send("POST", "/auth/login/", login)
        self.headers["Authorization"] = f"Bearer {answer['token']}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Make one call and return status and body; wait and retry when a busy server says so."""
        return patiently(self.try_once, method, path, body, **headers)

    def try_once(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Make one call and return status and body; NO_ANSWER when no server answers."""
        data = None if body is None else json.dumps(body).encode()
        return self._answer(method, path, data, headers)

    def _answer(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, Any]:
        request = urllib.request.Request(  # always the site under test
            self.address + path, data, {**self.headers, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refusal:
            with refusal:
                wait = {"retry_after": int(refusal.headers.get("Retry-After", 0))}
                return refusal.code, json.load(refusal) | wait
        except (urllib.error.URLError, ConnectionError):
            return NO_ANSWER, None

    def upload(self, picture: bytes) -> tuple[int, Any]:
        """Upload a photo and return status and body; wait and retry like `send`."""
        edge = uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n\r\n'
        form = head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return patiently(self._answer, "POST", "/photos/", form, kind)

    def body(self, **spec: Any) -> dict[str, Any]:
        """Return a valid request for a job of the signed-in person, who has a photo."""
        _status, photos = self.send("GET", "/photos/")
        styles = [{"style": "great-wave"}]
        return {
            "photo": photos["results"][0]["id"],
            "styles": styles,
            "spec": {"size": 64, "steps": 1, "method": "optimize", **spec},
        }


def patiently(
    call: Callable[..., tuple[int, Any]], *arguments: Any, **options: Any
) -> tuple[int, Any]:
    """Make a call again for as long as the answer says that the server is busy."""
    while True:
        status, answer = call(*arguments, **options)
        if status != BUSY:
            return status, answer
        time.sleep(answer["retry_after"])


def at_once(send: Callable[..., tuple[int, Any]], *call: Any, times: int = AT_ONCE) -> Answers:
    """Make the same call from many threads and return all answers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(send, *call) for _ in range(times)]
        return [each.result() for each in waiting]


def app_of(site: Site, name: str) -> App:
    """Return an app of the person called `name`, who has a photo and a style."""
    site.call("painter", name=name)
    app = App(site)
    app.sign_in(name)
    return app
