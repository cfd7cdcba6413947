"""Configures logging to standard error: one line per record, as text or JSON."""

import asyncio
import json
import logging
from datetime import UTC, datetime
from typing import Any


class TextLines(logging.Formatter):
    """Formats records as text: time, level unless it is info, message."""

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname} " if record.levelno != logging.INFO else ""
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        return f"{time} {level}{super().format(record)}"


class JsonLines(logging.Formatter):
    """Formats records as JSON: `time`, `level`, and `message` or the fields of an access line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        line |= getattr(record, "access", None) or {"message": super().format(record)}
        return json.dumps(line, ensure_ascii=False)


_FORMATTERS = {"text": TextLines, "json": JsonLines}


def _is_relevant(record: logging.LogRecord) -> bool:
    """Drop the traceback of requests cancelled by Ctrl-C; uvicorn logs the cancellation in one line."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


def open_log(level: str, form: str) -> None:
    """Log our records from `level` on and those of libraries from warning on, to standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(_is_relevant)
    handler.setFormatter(_FORMATTERS[form]())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("auditmock").setLevel(level.upper())
