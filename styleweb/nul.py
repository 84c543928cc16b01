"""Refuses requests with a NUL character, before any view reads a value of them.

PostgreSQL cannot store or compare such text. A value that a view reads past its form would end in
an error of the database, and so on the side of the server.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

NUL = "\0"


class RefuseNulMiddleware(MiddlewareMixin):
    """Raises BadRequest for a NUL in the address, its query, a cookie, or a field of a form.

    It comes after the middleware that checks CSRF tokens, which reads the form of each page too.
    The views of the API, which that one leaves alone, check the fields of their bodies themselves.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Check everything but the body."""
        query = request.META.get("QUERY_STRING", "")
        _refuse_nul([request.path_info, query.replace("%00", NUL), *request.COOKIES.values()])

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
    ) -> None:
        """Check the names and values of the fields of a form."""
        del args, kwargs
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            _refuse_nul(text for name, texts in request.POST.lists() for text in [name, *texts])


def _refuse_nul(texts: Iterable[Any]) -> None:
    if any(NUL in str(text) for text in texts):
        raise BadRequest(_("The request contains a NUL character."))
