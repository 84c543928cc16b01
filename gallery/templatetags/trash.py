"""What pages show of deletions that can be undone."""

from django import template
from django.contrib.messages.storage.base import Message

from gallery.trash_views import UNDO

register = template.Library()


@register.filter
def undo_moment(message: Message) -> str:
    """Return the time of the deletion that `message` tells of; "" for every other message."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
