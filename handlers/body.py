"""Connexion's body validator, made strict: JSON to the letter, and every problem found and named."""

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any, NoReturn

from connexion.validators.json import JSONRequestBodyValidator
from jsonschema import Draft4Validator

from auditmock.asgi import Scope
from auditmock.errors import invalid_body
from auditmock.handlers.formats import FORMATS
from auditmock.handlers.hints import clip, suggest, wrong_uuid
from auditmock.models import Validation

_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}

_MOST_DIGITS = 4000
"""In a number; Python's own limit is a little higher."""

_MOST_SUGGESTIONS = 50
_TOO_DEEP = "The body is nested too deep."


class StrictBody(JSONRequestBodyValidator):  # type: ignore[misc]
    """Judges the body of one request."""

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:  # noqa: ARG002 - Connexion's signature
        try:
            return read_json(b"".join([part async for part in stream]))
        except ValueError as error:
            raise invalid_body(str(error)) from None

    def _validate(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise invalid_body(f"The body must be an object, like {{}}; it is {_KINDS[type(body)]}.")
        try:
            problems = self._problems(body)
        except RecursionError:
            # jsonschema writes out what it refuses, and that can be too deep when reading it was not
            raise invalid_body(_TOO_DEEP) from None
        if problems:
            raise invalid_body(problems=problems)

    def _problems(self, body: dict[str, Any]) -> list[Validation]:
        """Say what is wrong with each field, once."""
        problems: dict[str, Validation] = {}
        for error in Draft4Validator(self._schema, format_checker=FORMATS).iter_errors(body):
            for problem in _explain(error):
                problems.setdefault(problem.field, problem)
        return list(problems.values())


def read_json(raw: bytes) -> Any:
    """Read JSON as RFC 8259 has it; raises ValueError, its message fit for a client.

    Stricter than `json.loads`: no NaN or Infinity, no name twice in an object, no half of a surrogate pair.
    """
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_unique,
            parse_int=_read_integer,
            parse_constant=_refuse_constant,
        )
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise ValueError(f"The body is not UTF-8: byte {error.start} does not belong there.") from None
    except UnicodeEncodeError:
        raise ValueError("A string holds one half of a surrogate pair without the other.") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, member in pairs:
        if name in value:
            raise ValueError(f'The name "{_readable(name)}" stands more than once in an object.')
        value[name] = member
    return value


def _readable(text: str) -> str:
    """Clip a text that may hold half a surrogate pair, which no answer can."""
    return clip(text).encode(errors="backslashreplace").decode()


def _read_integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"A number has {len(digits)} digits; {_MOST_DIGITS} are the most.")
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON.")


def _explain(error: Any) -> Iterator[Validation]:
    """Say in words of our own what JSON Schema found wrong with one field (a `ValidationError`)."""
    if error.validator == "additionalProperties":
        known = tuple(error.schema["properties"])
        for number, name in enumerate(name for name in error.instance if name not in known):
            # finding what was meant takes long, so not for a body that is all unknown names
            cure = suggest(name, known) if number < _MOST_SUGGESTIONS else f"known are {', '.join(known)}"
            yield Validation(clip(name), f'"{clip(name)}" is no field of this body; {cure}')
        return
    name = str(error.path[0])
    yield Validation(name, f"{name} {_REASONS[error.validator](error)}")


def _wrong_type(error: Any) -> str:
    return f"must be of type {error.validator_value}; it is {_KINDS[type(error.instance)]}"


def _wrong_value(error: Any) -> str:
    word = str(error.instance)
    cure = suggest(word, tuple(error.validator_value))
    return f'has invalid value: "{clip(word)}" is not a valid value; {cure}'


def _wrong_format(error: Any) -> str:
    return f"must be a valid time: {error.cause}" if error.cause else wrong_uuid(error.instance)


_REASONS: Mapping[str, Callable[[Any], str]] = {
    "type": _wrong_type,
    "enum": _wrong_value,
    "format": _wrong_format,
}
"""By keyword of JSON Schema, what is wrong with a field."""
