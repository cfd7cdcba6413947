"""Decoder of testgenerate bodies, like Coder's (reference 12.1, 12.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from auditmock.core.errors import invalid_body
from auditmock.fixtures.encoding.go_text import parse_time, parse_uuid
from auditmock.handlers.coder.go_json import Node, read_first
from auditmock.handlers.messages.request import read_string_object
from auditmock.openapi.contract import Contract

_HAS_ESCAPES = "texts with escapes"
_LONG_S = "\u017f"
"""Folds to an s when Go compares names without regard to case, and not when Python writes it small."""

FieldReader = Callable[[str, Node], Any]
"""Reads a field, given its name (for errors) and its value; raises ValueError."""


class _TypeMismatchError(ValueError):
    """A value has the wrong JSON type for its field."""


class BodyDecoder:
    """Decodes bodies by one contract: the fields it has, in any letter case, and nothing else.

    A field that may be anything stays as it was written.
    """

    def __init__(self, contract: Contract) -> None:
        names = contract.server["decoder"]
        self._struct: str = names["request"]
        self._package: str = names["package"]
        self._time_quote = '"' if names["time"] == "quoted" else ""
        fields = contract.schema(self._struct)["properties"]
        self._fields = {name: self._reader(schema) for name, schema in fields.items()}
        self._plain_readers = {
            name: read for name, schema in fields.items() if (read := _plain_reader(schema))
        }

    def decode(self, body: bytes) -> Mapping[str, Any]:
        """Return the fields that are not null; raises ApiError (400) for what Go cannot decode."""
        try:
            return self._decode_plain(body)
        except (ValueError, KeyError):
            pass  # the full decoder explains what is wrong
        try:
            return self._decode(read_first(body))
        except ValueError as error:
            raise invalid_body(str(error)) from None

    def _decode_plain(self, body: bytes) -> Mapping[str, Any]:
        """Decode an object of strings without escapes or repeated names, as nearly all clients send it.

        Raises ValueError or KeyError for any other body.
        """
        if b"\\" in body:
            raise ValueError(_HAS_ESCAPES)
        return {name: self._plain_readers[name](text) for name, text in read_string_object(body).items()}

    def _decode(self, node: Node) -> dict[str, Any]:
        if node.kind == "null":
            return {}
        if node.kind != "object":
            go_type = f"{self._package}.{self._struct}"
            raise ValueError(f"json: cannot unmarshal {node.kind} into Go value of type {go_type}")
        values: dict[str, Any] = {}
        wrong: _TypeMismatchError | None = None
        for written, value in node.value:
            name = written if written in self._fields else written.replace(_LONG_S, "s").lower()
            if name in self._fields and value.kind != "null":
                try:
                    values[name] = self._fields[name](name, value)
                except _TypeMismatchError as error:
                    wrong = wrong or error  # Go continues, and reports the first unless a value is invalid
        if wrong:
            raise wrong
        return values

    def _reader(self, schema: Mapping[str, Any]) -> FieldReader:
        if "allOf" in schema:
            return self._text_reader(schema["allOf"][0]["$ref"].rpartition("/")[2])
        if schema.get("format") == "uuid":
            return self._read_uuid
        if schema.get("format") == "date-time":
            return self._read_time
        if "x-go-type" in schema:
            return self._text_reader(schema["x-go-type"])
        return lambda _name, node: node

    def _text_reader(self, go_type: str) -> FieldReader:
        def read(name: str, node: Node) -> str:
            if node.kind != "string":
                raise self._type_mismatch(name, node, f"{self._package}.{go_type}")
            return str(node.value)

        return read

    def _read_uuid(self, name: str, node: Node) -> str:
        if node.kind != "string":
            raise self._type_mismatch(name, node, "uuid.UUID")
        return parse_uuid(node.value)

    def _read_time(self, _name: str, node: Node) -> int:
        if self._time_quote:
            return parse_time(node.text, self._time_quote)
        if node.kind != "string":
            raise ValueError("Time.UnmarshalJSON: input is not a JSON string")
        return parse_time(node.text[1:-1])

    def _type_mismatch(self, name: str, node: Node, go_type: str) -> _TypeMismatchError:
        field = f"{self._struct}.{name}"
        return _TypeMismatchError(
            f"json: cannot unmarshal {node.kind} into Go struct field {field} of type {go_type}"
        )


def _plain_reader(schema: Mapping[str, Any]) -> Callable[[str], Any] | None:
    """Make the reader of a string field; None for a field of any type."""
    if schema.get("format") == "uuid":
        return parse_uuid
    if schema.get("format") == "date-time":
        return parse_time
    return str if "allOf" in schema or "x-go-type" in schema else None
