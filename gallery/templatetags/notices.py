"""The number beside the bell."""

from typing import Any

from django import template

from gallery.models import Notice

register = template.Library()
# Nobody counts more.
MOST = 99


@register.simple_tag(takes_context=True)
def unread_notices(context: dict[str, Any]) -> str:
    """Return how many notices the user has not read; "" without any."""
    mine = Notice.objects.owned_by(context["request"].user).unread()
    count = len(mine.values_list("pk")[: MOST + 1])
    return f"{MOST}+" if count > MOST else str(count or "")
