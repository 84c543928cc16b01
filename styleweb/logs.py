"""The log of the site. It has no token of a share link, because a token opens what it names."""

import logging
import re
from typing import Any, Final

# Django names the address of each request that it refuses.
_TOKEN: Final = re.compile(r"(/s/|/public/shares/)[^/\s?\"']+")


class WithoutTokens(logging.Formatter):
    """Writes "-" where a line of the log would have the token of a share link."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the lines of its traceback."""
        return _TOKEN.sub(r"\1-", super().format(record))


def logging_settings(level: str) -> dict[str, Any]:
    """Return the setting LOGGING: every line on the console, without tokens."""
    formatter = {
        "()": "styleweb.logs.WithoutTokens",
        "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"handlers": ["console"], "level": level},
    }
