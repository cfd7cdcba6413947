"""Text of others as it may be shown: in one line, and nothing in it that steers a terminal."""


def plain(text: str) -> str:
    """Write what cannot be printed by its escapes: controls, line breaks, what turns text about."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
