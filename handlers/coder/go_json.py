"""JSON parser like Go's, with its error messages (reference 12.2)."""

import json
import re
from typing import Any, NamedTuple

from auditmock.fixtures.encoding.numbers import Number

_SPACE = " \t\r\n"
_ESCAPES = '"\\/bfnrt'
_HEX = "0123456789abcdefABCDEF"
_DIGITS = "0123456789"
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_KINDS = {"{": "object", "[": "array", '"': "string", "t": "bool", "f": "bool", "n": "null"}
_ENDS = {"{": "}", "[": "]"}
_HEX_DIGITS = 4
_MAX_DEPTH = 10_000


class Node(NamedTuple):
    """A JSON value, with its type in Go's terms and its span in the body; an object is a list of members."""

    kind: str
    body: str
    span: slice
    value: Any

    @property
    def text(self) -> str:
        """The text as written."""
        return self.body[self.span].encode("latin-1").decode(errors="replace")


def read_first(body: bytes) -> Node:
    """Parse the first JSON value of a body, ignoring the rest; raises ValueError with Go's message."""
    # like Go, byte by byte: each byte becomes a character
    scanner = _Scanner(body.decode("latin-1"))
    if scanner.skip_space() == "":
        raise ValueError("EOF")
    return scanner.value()


def plain(node: Node) -> Any:
    """Convert a node to Python values; the last of repeated names wins.

    Raises RecursionError for a node deeper than Python goes.
    """
    if node.kind == "object":
        return {name: plain(member) for name, member in node.value}
    if node.kind == "array":
        return list(map(plain, node.value))
    return Number(node.text) if node.kind == "number" else node.value


class _Container:
    def __init__(self, first: str, start: int) -> None:
        self.first = first
        self.start = start
        self.name = ""
        self.values: list[Any] = []

    def add(self, node: Node) -> None:
        self.values.append((self.name, node) if self.first == "{" else node)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def skip_space(self) -> str:
        """Skip white space; returns the next character, empty at the end."""
        while self._peek() in _SPACE and self._peek():
            self._position += 1
        return self._peek()

    def value(self) -> Node:
        """Parse a value, with a stack of its own instead of recursion."""
        stack: list[_Container] = []
        while True:
            node = self._start_value(stack)
            while node is not None:
                if not stack:
                    return node
                stack[-1].add(node)
                node = None if self._has_more(stack[-1]) else self._close(stack.pop())

    def _start_value(self, stack: list[_Container]) -> Node | None:
        """Parse a scalar or an empty container; or push a container on the stack, and return None."""
        first, start = self.skip_space(), self._position
        if first not in _ENDS:
            return self._node(first, start, self._scalar(first))
        if len(stack) >= _MAX_DEPTH:
            raise self._syntax_error("exceeded max depth")
        self._position += 1
        container = _Container(first, start)
        if self.skip_space() == _ENDS[first]:
            self._position += 1
            return self._close(container)
        if first == "{":
            container.name = self._name()
        stack.append(container)
        return None

    def _has_more(self, container: _Container) -> bool:
        """Parse the separator after a member; returns whether another member follows."""
        if container.first == "[":
            return self._expect(",]", "after array element") == ","
        if self._expect(",}", "after object key:value pair") == "}":
            return False
        container.name = self._name()
        return True

    def _close(self, container: _Container) -> Node:
        return self._node(container.first, container.start, container.values)

    def _node(self, first: str, start: int, value: Any) -> Node:
        return Node(_KINDS.get(first, "number"), self._text, slice(start, self._position), value)

    def _scalar(self, first: str) -> Any:
        if first == '"':
            return self._string()
        if first in _LITERALS:
            return self._literal(_LITERALS[first])
        if first == "-" or (first in _DIGITS and first):
            return self._number()
        raise self._syntax_error("looking for beginning of value")

    def _name(self) -> str:
        if self.skip_space() != '"':
            raise self._syntax_error("looking for beginning of object key string")
        name = self._string()
        self._expect(":", "after object key")
        return name

    def _string(self) -> str:
        start = self._position
        self._position += 1
        while True:
            self._position = _PLAIN.match(self._text, self._position).end()  # type: ignore[union-attr]  # it matches
            character = self._next("in string literal", '"\\')
            if character == '"':
                break
            if self._next("in string escape code", _ESCAPES + "u") == "u":
                for _ in range(_HEX_DIGITS):
                    self._next("in \\u hexadecimal character escape", _HEX)
        text = self._text[start : self._position].encode("latin-1").decode(errors="replace")
        # half of a surrogate pair becomes U+FFFD
        return str(json.loads(text)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _literal(self, word: str) -> bool | None:
        self._position += 1
        for letter in word[1:]:
            self._next(f"in literal {word} (expecting '{letter}')", letter)
        return {"true": True, "false": False, "null": None}[word]

    def _number(self) -> str:
        start = self._position
        if self._peek() == "-":
            self._position += 1
        if self._next("in numeric literal", _DIGITS) != "0":
            self._digits()
        if self._peek() == ".":
            self._position += 1
            self._next("after decimal point in numeric literal", _DIGITS)
            self._digits()
        if self._peek() in ("e", "E"):
            self._position += 1
            if self._peek() in ("+", "-"):
                self._position += 1
            self._next("in exponent of numeric literal", _DIGITS)
            self._digits()
        return self._text[start : self._position]

    def _digits(self) -> None:
        while self._peek() in _DIGITS and self._peek():
            self._position += 1

    def _expect(self, wanted: str, where: str) -> str:
        self.skip_space()
        return self._next(where, wanted)

    def _next(self, where: str, wanted: str) -> str:
        character = self._peek()
        if not character or character not in wanted:
            raise self._syntax_error(where)
        self._position += 1
        return character

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _syntax_error(self, where: str) -> ValueError:
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
