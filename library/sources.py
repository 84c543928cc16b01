"""Pictures from the open-access programs of museums, which only operators fetch.

The record of the museum is read first. It says where the picture is, and that it is in the public
domain.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

SCHEMES: Final = ("https",)
MAX_RECORD_BYTES: Final = 4 * 2**20
MAX_PICTURE_BYTES: Final = 50 * 2**20
SECONDS: Final = 60.0
SILENT_SECONDS: Final = 15.0
CHUNK: Final = 64 * 1024
AGENT: Final = "Styleweb (manage.py fetch_sources)"
# The code of a museum that does not respond: its server, or the network of this machine, is away.
UNREACHABLE: Final = "museum_unreachable"
ITS_OWN_FAULT: Final = 500


class SourceRefused(Exception):
    """The picture cannot be fetched from its museum. The message and the code say why."""

    def __init__(self, message: str, *, code: str = "source_refused") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Museum:
    """Where a museum keeps its records, and how to find the free picture in a record.

    `picture` returns the address, and the words of the record that call it free. It raises
    `SourceRefused` if the picture is not free, and `LookupError` or `TypeError` if the record has
    an unexpected format.
    """

    record: str
    picture: Callable[[Any], tuple[str, str]]


@dataclass(frozen=True)
class FetchedPicture:
    """The bytes of a picture, its address, and the address of the record that calls it free.

    `terms` are the words of the record that say so.
    """

    data: bytes
    url: str
    record_url: str
    terms: str


def _free(is_free: object, address: object, terms: str) -> tuple[str, str]:
    if is_free is not True or not isinstance(address, str) or not address:
        message = _("This record has no free picture. Use another source.")
        raise SourceRefused(message, code="picture_not_free")
    return address, terms


def _met(record: Any) -> tuple[str, str]:
    return _free(record["isPublicDomain"], record["primaryImage"], "isPublicDomain: true")


def _art_institute(record: Any) -> tuple[str, str]:
    data = record["data"]
    address = f"{record['config']['iiif_url']}/{data['image_id']}/full/1686,/0/default.jpg"
    return _free(data["is_public_domain"], address, "is_public_domain: true")


def _commons(record: Any) -> tuple[str, str]:
    (page,) = record["query"]["pages"].values()
    (info,) = page["imageinfo"]
    terms = info["extmetadata"]["LicenseShortName"]["value"]
    free = terms in {"Public domain", "CC0"}
    return _free(free, info["thumburl"], f"LicenseShortName: {terms}")


MUSEUMS: Final[Mapping[str, Museum]] = {
    "met": Museum("https://collectionapi.metmuseum.org/public/collection/v1/objects/{id}", _met),
    "artic": Museum(
        "https://api.artic.edu/api/v1/artworks/{id}?fields=image_id,is_public_domain",
        _art_institute,
    ),
    "commons": Museum(
        "https://commons.wikimedia.org/w/api.php?action=query&format=json&prop=imageinfo"
        "&iiprop=url|extmetadata&iiurlwidth=2048&titles=File:{id}",
        _commons,
    ),
}


def go_on() -> None:
    """Do nothing between two parts of a download: nobody waits for this process."""


def fetch_picture(
    source: Mapping[str, str], *, between: Callable[[], None] = go_on
) -> FetchedPicture:
    """Fetch the picture that `source` ({"from": museum, "id": record}) names.

    `between` is called between two parts of a download, and what it raises ends the download.
    Raises `SourceRefused` if there is no free picture, no answer in time, too many bytes, or an
    address without https.
    """
    museum = MUSEUMS[source["from"]]
    record_url = museum.record.format(id=quote(source["id"]))
    record = download(record_url, max_bytes=MAX_RECORD_BYTES, between=between)
    try:
        url, terms = museum.picture(json.loads(record))
    except (ValueError, LookupError, TypeError) as error:
        message = _("The record at %(url)s has an unexpected format. Check it by hand.")
        raise SourceRefused(message % {"url": record_url}, code="record_unreadable") from error
    data = download(url, max_bytes=MAX_PICTURE_BYTES, between=between)
    return FetchedPicture(data, url, record_url, terms)


def download(
    url: str, *, max_bytes: int, seconds: float = SECONDS, between: Callable[[], None] = go_on
) -> bytes:
    """Download `url` over https: at most `max_bytes`, in at most `seconds`.

    `between` is called after each part, and what it raises ends the download.

    Raises `SourceRefused` if a limit is exceeded or the server does not respond.
    """
    _check_scheme(url)
    opener = urllib.request.build_opener(_CarefulRedirects)
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310  # checked
    until = time.monotonic() + seconds
    try:
        # This timeout is for one read. `until` limits the whole download.
        with opener.open(request, timeout=min(SILENT_SECONDS, seconds)) as answer:
            data = bytearray()
            for chunk in _read(answer, url, max_bytes, until):
                data += chunk
                between()
            return bytes(data)
    except (OSError, HTTPException) as error:
        message = _("%(url)s does not respond (%(error)s). Try again later.")
        words = message % {"url": url, "error": error}
        raise SourceRefused(words, code=_code_of(error)) from error


def _code_of(error: Exception) -> str:
    """Tell a museum that is away from one that answers, but does not have the picture."""
    if not isinstance(error, urllib.error.HTTPError):
        return UNREACHABLE
    error.close()  # it is an open answer
    return "museum_refuses" if error.code < ITS_OWN_FAULT else UNREACHABLE


def _read(answer: HTTPResponse, url: str, max_bytes: int, until: float) -> Iterator[bytes]:
    """Yield the parts of the answer, within the limits."""
    size = 0
    # What is there, not a whole chunk, which a slow server can stretch beyond every limit.
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            message = _("%(url)s is larger than %(limit)s MB. Download a smaller picture by hand.")
            words = message % {"url": url, "limit": max_bytes // 2**20}
            raise SourceRefused(words, code="source_too_large")
        if time.monotonic() > until:
            message = _("%(url)s is too slow. Try again later.")
            raise SourceRefused(message % {"url": url}, code="museum_slow")
        yield chunk


class _CarefulRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but only to https addresses."""

    def redirect_request(  # noqa: PLR0917  # urllib calls it with these arguments
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request. Raises `SourceRefused` for another scheme."""
        _check_scheme(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_scheme(url: str) -> None:
    # urllib also opens file: and ftp: addresses.
    if urlsplit(url).scheme not in SCHEMES:
        message = _("%(url)s is not an https address. Download the picture by hand.")
        raise SourceRefused(message % {"url": url}, code="source_not_https")
