"""GET replies of the API carry an ETag; a request that repeats it gets 304 without a body."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page

View = Callable[..., HttpResponseBase]


def _asked_for_again(view: View) -> View:
    """Wrap `view` so that only the user's own browser caches replies, and checks them each time.

    A reply that already sets Cache-Control, such as a file, is not changed.
    """

    @wraps(view)
    def inner(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return inner


answers_conditionally: Any = method_decorator([conditional_page, _asked_for_again], name="dispatch")
