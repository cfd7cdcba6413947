"""Validation of path and query parameters by their schemas."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from auditmock.handlers.messages.hints import clip, wrong_uuid
from auditmock.handlers.messages.request import NUMBER, UUID

Schema = Mapping[str, Any]


def check_text(schema: Schema, text: str) -> None:
    """Validate a value; raises ValueError with the reason."""
    if "\0" in text:
        raise ValueError("cannot contain the character U+0000")
    for keyword, check in _CHECKS.items():
        if keyword in schema:
            check(schema, text)


def _check_number(schema: Schema, text: str) -> None:
    if schema["type"] != "integer":
        return
    low, high = schema["minimum"], schema["maximum"]
    if not NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise ValueError(
            f'must be a valid integer from {low} to {high}, in digits only; it is "{clip(text)}"'
        )


def _check_format(schema: Schema, text: str) -> None:
    if schema["format"] == "uuid" and not UUID.fullmatch(text):
        raise ValueError(wrong_uuid(text))


def _check_pattern(schema: Schema, text: str) -> None:
    if not re.fullmatch(schema["pattern"], text):
        raise ValueError(f'must match {schema["pattern"]}; it is "{clip(text)}"')


def _check_length(schema: Schema, text: str) -> None:
    if len(text) > schema["maxLength"]:
        raise ValueError(f"must have at most {schema['maxLength']} characters; it has {len(text)}")


_CHECKS: Mapping[str, Callable[[Schema, str], None]] = {
    "type": _check_number,
    "format": _check_format,
    "pattern": _check_pattern,
    "maxLength": _check_length,
}
"""Checks by keyword of the schema."""
