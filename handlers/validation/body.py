"""Connexion's body validator, made strict: valid JSON only, and every problem reported."""

import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from functools import partial
from json.decoder import JSONDecodeError
from typing import Any

from connexion.validators.json import JSONRequestBodyValidator
from jsonschema import Draft4Validator, FormatChecker

from auditmock.core.asgi_types import Scope
from auditmock.core.errors import ApiError, invalid_body, invalid_parameters
from auditmock.core.models import Validation
from auditmock.core.timestamps import parse_timestamp
from auditmock.handlers.messages.hints import clip, suggest, wrong_uuid
from auditmock.handlers.messages.request import QUERY_PROBLEMS, UUID

FORMATS = FormatChecker(formats=())


@FORMATS.checks("uuid")
def is_uuid(value: object) -> bool:
    return not isinstance(value, str) or UUID.fullmatch(value) is not None


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: object) -> bool:
    return not isinstance(value, str) or parse_timestamp(value) is not None


_TYPE_NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}

_PYTHON_TYPES: Mapping[str, type[dict[str, Any]] | type[list[Any]]] = {"object": dict, "array": list}

_MAX_DIGITS = 4000
"""In a number; Python's limit is slightly higher."""

_MAX_SUGGESTIONS = 50
_TOO_DEEP = "The body is nested too deeply. Its fields are strings."


class StrictBody(JSONRequestBodyValidator):  # type: ignore[misc]
    """Validates the body of a request; reports the problems of its query, too."""

    _query_problems: Sequence[Validation] = ()
    _json_problems: Sequence[str] = ()

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:
        self._query_problems = scope.get(QUERY_PROBLEMS, ())
        try:
            value, self._json_problems = read_json(b"".join([part async for part in stream]))
        except ValueError as error:
            raise self._error(str(error)) from None
        return value

    def _validate(self, body: Any) -> None:
        expected = _PYTHON_TYPES[self._schema["type"]]
        if not isinstance(body, expected):
            kind, example = _TYPE_NAMES[expected], expected()
            raise self._error(f"The body must be {kind}, such as {example}; it is {_TYPE_NAMES[type(body)]}.")
        try:
            problems = self._problems(body)
        except RecursionError:
            # jsonschema formats what it rejects, which can recurse deeper than parsing did
            raise self._error(_TOO_DEEP) from None
        if problems or self._json_problems or self._query_problems:
            raise self._error(" ".join(self._json_problems), problems)

    def _error(self, detail: str, problems: Sequence[Validation] = ()) -> ApiError:
        """Build the error of body and query together; the message is the query's if that has problems."""
        if self._query_problems:
            return invalid_parameters([*self._query_problems, *problems], detail=detail)
        return invalid_body(detail, problems)

    def _problems(self, body: Any) -> list[Validation]:
        problems: dict[str, Validation] = {}
        for error in Draft4Validator(self._schema, format_checker=FORMATS).iter_errors(body):
            for problem in _describe_error(error):
                problems.setdefault(problem.field, problem)
        return list(problems.values())


def read_json(raw: bytes) -> tuple[Any, Sequence[str]]:
    """Read JSON and list problems that Python ignores: NaN, Infinity, and repeated names in an object.

    Raises ValueError, with a message for the client, for invalid JSON and for half of a surrogate pair.
    """
    problems: dict[str, None] = {}
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=partial(_note_repeated, problems),
            parse_int=_read_integer,
            parse_constant=partial(_note_constant, problems),
        )
        json.dumps(value, ensure_ascii=False).encode()
    except JSONDecodeError as error:
        if raw.startswith(BOM_UTF8):
            raise ValueError("The body starts with a byte order mark. Omit it.") from None
        place = f"line {error.lineno} column {error.colno}"
        raise ValueError(f"{error.msg}: {place}. Send a JSON object, such as {{}}.") from None
    except UnicodeDecodeError as error:
        raise ValueError(
            f"The body is not UTF-8: byte {error.start} is invalid. Send JSON in UTF-8."
        ) from None
    except UnicodeEncodeError:
        raise ValueError("A string contains half of a surrogate pair. Send the character itself.") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return value, tuple(problems)


def _note_repeated(problems: dict[str, None], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        for name, times in Counter(name for name, _ in pairs).items():
            if times > 1:
                # half of a surrogate pair cannot be encoded
                shown = clip(name).encode(errors="backslashreplace").decode()
                problems[f'The name "{shown}" occurs more than once in an object.'] = None
    return value


def _read_integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"A number has {len(digits)} digits. The maximum is {_MAX_DIGITS}.")
    return int(digits)


def _note_constant(problems: dict[str, None], name: str) -> float:
    problems[f"{name} is not valid JSON."] = None
    return 0.0


def _describe_error(error: Any) -> Iterator[Validation]:
    """Describe the problem of a field (`error` is a `ValidationError` of jsonschema)."""
    place = [str(step) for step in error.path]
    if error.validator == "additionalProperties":
        known = tuple(error.schema["properties"])
        for number, name in enumerate(name for name in error.instance if name not in known):
            # finding similar names is slow, so not for every name of a body full of unknown ones
            suggestion = (
                suggest(name, known) if number < _MAX_SUGGESTIONS else f"Available: {', '.join(known)}."
            )
            yield Validation(".".join((*place, clip(name))), f'Unknown field "{clip(name)}". {suggestion}')
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield Validation(".".join((*place, name)), f"{name} is required")
    elif error.validator != "oneOf":  # operations explain better which fields belong together
        name = ".".join(place) or "body"
        yield Validation(name, f"{name} {_REASONS[error.validator](error)}")


def _wrong_value(error: Any) -> str:
    word = str(error.instance)
    suggestion = suggest(word, tuple(map(str, error.validator_value)))
    return f'has invalid value: "{clip(word)}" is not a valid value. {suggestion}'


_REASONS: Mapping[str, Callable[[Any], str]] = {
    "type": lambda error: (
        f"must be of type {error.validator_value}; it is {_TYPE_NAMES[type(error.instance)]}"
    ),
    "enum": _wrong_value,
    "format": lambda error: (
        f"must be a valid time: {error.cause}" if error.cause else wrong_uuid(error.instance)
    ),
    "pattern": lambda error: f'must match {error.validator_value}; it is "{clip(error.instance)}"',
    "minimum": lambda error: f"must be {error.validator_value} or more; it is {clip(str(error.instance))}",
    "maximum": lambda error: f"must be {error.validator_value} or less; it is {clip(str(error.instance))}",
    "maxLength": lambda error: f"must have at most {error.validator_value} characters",
    "minItems": lambda error: f"must have at least {error.validator_value} items",
    "maxItems": lambda error: f"must have at most {error.validator_value} items",
}
"""Descriptions by keyword of JSON Schema."""
