"""Telling open sockets, from any process: a courtesy that holds nothing up and may fail."""

import asyncio
import logging
from collections.abc import Mapping

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
# Sockets also look by themselves now and then, so a broker in trouble must not hold up the work.
PATIENCE_SECONDS = 2.0


def tell_group(group: str, message: Mapping[str, object]) -> None:
    """Send `message` to every socket in `group`; that it fails is only logged."""
    try:
        async_to_sync(_send)(group, message)
    except Exception:  # every layer fails with exceptions of its own
        logger.warning("%s could not be told", group, exc_info=True)


async def _send(group: str, message: Mapping[str, object]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, dict(message)), PATIENCE_SECONDS)
