"""The log: one line a record on standard error, for people or as JSON."""

import asyncio
import json
import logging
from datetime import UTC, datetime
from typing import Any


class TextLines(logging.Formatter):
    """Lines for people: time, then the message; the level when it is more than information."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        level = f"{record.levelname} " if record.levelno != logging.INFO else ""
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        return f"{time} {level}{super().format(record)}"


class JsonLines(logging.Formatter):
    """Lines for programs: `time`, `level`, and either the fields of an access line or `message`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        line |= getattr(record, "access", None) or {"message": super().format(record)}
        return json.dumps(line, ensure_ascii=False)


_FORMATTERS = {"text": TextLines, "json": JsonLines}


def _is_news(record: logging.LogRecord) -> bool:
    """Keep quiet about requests that Ctrl-C cut short: uvicorn says so itself, and again with a traceback."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


def open_log(level: str, form: str) -> None:
    """Send everything of that level and up to standard error; other libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.addFilter(_is_news)
    handler.setFormatter(_FORMATTERS[form]())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("auditmock").setLevel(level.upper())
