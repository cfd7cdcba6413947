"""JSON as Go's decoder reads it: the first value of a body, and its words for errors (reference 12.2)."""

import json
import re
from typing import Any, NamedTuple

from auditmock.fixtures.dialects import Number

_SPACE = " \t\r\n"
_ESCAPES = '"\\/bfnrt'
_HEX = "0123456789abcdefABCDEF"
_DIGITS = "0123456789"
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_KINDS = {"{": "object", "[": "array", '"': "string", "t": "bool", "f": "bool", "n": "null"}
_HEX_DIGITS = 4


class Node(NamedTuple):
    """A value: its kind by Go's name, its text, and what it is; an object is a list of its members."""

    kind: str
    text: str
    value: Any


Members = list[tuple[str, Node]]


def read_first(body: bytes) -> Node:
    """Read the first JSON value of a body and nothing behind it; raises ValueError with Go's message."""
    # byte by byte, as Go does: each byte is a character here
    scanner = _Scanner(body.decode("latin-1"))
    if scanner.skip_space() == "":
        raise ValueError("EOF")
    try:
        return scanner.value()
    except RecursionError:
        raise ValueError("exceeded max depth") from None


def plain(node: Node) -> Any:
    """Make plain values of a node; of a name that stands twice the last one counts."""
    if node.kind == "object":
        return {name: plain(value) for name, value in node.value}
    if node.kind == "array":
        return [plain(value) for value in node.value]
    return Number(node.text) if node.kind == "number" else node.value


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def skip_space(self) -> str:
        """Skip spaces; gives the character behind them, empty at the end."""
        while self._peek() in _SPACE and self._peek():
            self._place += 1
        return self._peek()

    def value(self) -> Node:
        first, start = self.skip_space(), self._place
        if first == "{":
            value: Any = self._object()
        elif first == "[":
            value = self._array()
        elif first == '"':
            value = self._string()
        elif first in _LITERALS and first:
            value = self._literal(_LITERALS[first])
        elif first == "-" or (first in _DIGITS and first):
            value = self._number()
        else:
            raise self._wrong("looking for beginning of value")
        text = self._text[start : self._place].encode("latin-1").decode(errors="replace")
        return Node(_KINDS.get(first, "number"), text, value)

    def _object(self) -> Members:
        members: Members = []
        self._place += 1
        if self.skip_space() == "}":
            self._place += 1
            return members
        while True:
            if self.skip_space() != '"':
                raise self._wrong("looking for beginning of object key string")
            name = self._string()
            self._expect(":", "after object key")
            members.append((name, self.value()))
            if self._expect(",}", "after object key:value pair") == "}":
                return members

    def _array(self) -> list[Node]:
        values: list[Node] = []
        self._place += 1
        if self.skip_space() == "]":
            self._place += 1
            return values
        while True:
            values.append(self.value())
            if self._expect(",]", "after array element") == "]":
                return values

    def _string(self) -> str:
        start = self._place
        self._place += 1
        while True:
            self._place = _PLAIN.match(self._text, self._place).end()  # type: ignore[union-attr]  # it matches
            character = self._next("in string literal", '"\\')
            if character == '"':
                break
            if self._next("in string escape code", _ESCAPES + "u") == "u":
                for _ in range(_HEX_DIGITS):
                    self._next("in \\u hexadecimal character escape", _HEX)
        text = self._text[start : self._place].encode("latin-1").decode(errors="replace")
        # half of a surrogate pair reads as U+FFFD
        return str(json.loads(text)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _literal(self, word: str) -> bool | None:
        self._place += 1
        for letter in word[1:]:
            self._next(f"in literal {word} (expecting '{letter}')", letter)
        return {"true": True, "false": False, "null": None}[word]

    def _number(self) -> str:
        start = self._place
        if self._peek() == "-":
            self._place += 1
        if self._next("in numeric literal", _DIGITS) != "0":
            self._digits()
        if self._peek() == ".":
            self._place += 1
            self._next("after decimal point in numeric literal", _DIGITS)
            self._digits()
        if self._peek() in ("e", "E"):
            self._place += 1
            if self._peek() in ("+", "-"):
                self._place += 1
            self._next("in exponent of numeric literal", _DIGITS)
            self._digits()
        return self._text[start : self._place]

    def _digits(self) -> None:
        while self._peek() in _DIGITS and self._peek():
            self._place += 1

    def _expect(self, wanted: str, where: str) -> str:
        self.skip_space()
        return self._next(where, wanted)

    def _next(self, where: str, wanted: str) -> str:
        character = self._peek()
        if not character or character not in wanted:
            raise self._wrong(where)
        self._place += 1
        return character

    def _peek(self) -> str:
        return self._text[self._place : self._place + 1]

    def _wrong(self, where: str) -> ValueError:
        character = self._peek()
        if not character:
            return ValueError("unexpected EOF")
        return ValueError(f"invalid character {_quote_byte(character)} {where}")


def _quote_byte(character: str) -> str:
    if character == "'":
        return "'\\''"
    if character.isprintable():
        return f"'{character}'"
    return "'" + {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\x{ord(character):02x}") + "'"
