"""GET replies of the API carry an ETag; asking again with it costs 304 and no body."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page

View = Callable[..., HttpResponseBase]


def _asked_for_again(view: View) -> View:
    """Wrap `view` so that replies belong to who asked and are checked each time.

    A reply that says itself how long it may be kept, as files do, is left as it is.
    """

    @wraps(view)
    def inner(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return inner


answers_conditionally: Any = method_decorator([conditional_page, _asked_for_again], name="dispatch")
