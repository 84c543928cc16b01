"""The log of the site, which has no token of a share link."""

import logging

import pytest
from django.test import Client

from accounts.models import User
from gallery.galleries import create_gallery
from gallery.shares import create_link, revoke_link


@pytest.fixture
def console() -> logging.Handler:
    """Return the handler of the settings. The others of the root belong to pytest."""
    [found] = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    return found


@pytest.mark.django_db
def test_has_no_token_of_a_share_link(
    alice: User, console: logging.Handler, caplog: pytest.LogCaptureFixture
) -> None:
    link = create_link(thing=create_gallery(owner=alice, title="North"))
    revoke_link(link=link)
    client, page = Client(), link.get_absolute_url()
    assert client.get(page).status_code == 410
    assert client.post(page).status_code == 405
    assert client.get(f"/api/v1/public/shares/{link.token}/items/").status_code == 410
    assert client.get(f"{page}nothing/").status_code == 404
    log = "\n".join(map(console.format, caplog.records))
    assert link.token not in log
    for line in ("Gone: /s/-/", "/public/shares/-/items/", "Not Found: /s/-/nothing/"):
        assert line in log


def test_has_no_token_in_a_traceback(
    console: logging.Handler, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        int("/s/W0hQz3b1T2aX5cY7dE9fGg/")
    except ValueError:
        logging.getLogger("styleweb").exception("100 %% of %s", "/static/css/site.css")
    said = console.format(caplog.records[0])
    assert "100 % of /static/css/site.css" in said
    assert "ValueError: invalid literal for int() with base 10: '/s/-/" in said
