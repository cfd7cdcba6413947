"""Markdown: tables, and text inside their cells."""

from collections.abc import Iterable, Sequence


def cell(text: object) -> str:
    """Escape text for a table cell."""
    return " ".join(str(text).split()).replace("|", "\\|")


def code(text: object) -> str:
    """Give text as code; empty stays empty."""
    return f"`{cell(text)}`" if str(text) else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; empty without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]) + "\n"


def join(*parts: str) -> str:
    """Join blocks with an empty line between them, leaving out empty ones."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def sentence(text: str) -> str:
    """End a text with a full stop."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else text + "."
