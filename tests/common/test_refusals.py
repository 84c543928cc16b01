"""Pages for what the server cannot do now: they have the sentence of the service."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from common.refusals import RefusalPages
from common.sandbox.client import ServerBusy
from common.storage import StorageFull


@pytest.mark.parametrize(
    ("error", "status", "retry_after"), [(ServerBusy(), 503, "5"), (StorageFull(), 507, None)]
)
def test_show_the_reason(error: Exception, status: int, retry_after: str | None) -> None:
    pages = RefusalPages(lambda _request: HttpResponse())
    page = pages.process_exception(RequestFactory().get("/"), error)
    assert page is not None
    assert (page.status_code, page.headers.get("Retry-After")) == (status, retry_after)
    assert str(error) in page.text


def test_leave_other_failures_to_their_handlers() -> None:
    pages = RefusalPages(lambda _request: HttpResponse())
    assert pages.process_exception(RequestFactory().get("/"), LookupError()) is None
