"""Filters of the lists of the admin pages."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext as _


class NamedValuesFilter(AllValuesFieldListFilter):
    """The values that occur in a column. Django would show the empty one as a link without text."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the choices, each with words."""
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("Empty")}
