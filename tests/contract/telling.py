"""How a broken law is told: in a sentence, with what was seen, and how to see it again."""

import inspect

import pytest

from auditmock.contract.verdict import Violation

_LONGEST = 600


def tell(violation: Violation, item: pytest.Item, base_url: str) -> str:
    """Write a violation for people: the law, expected and seen, the requests, where it stands."""
    law = item.get_closest_marker("law")
    sentence = inspect.getdoc(getattr(item, "obj", None)) or item.name
    lines = [
        f"Law: {sentence}",
        f"Expected: {_clip(violation.expected)}",
        f"Seen: {_clip(violation.seen)}",
    ]
    lines += [f"Again: {exchange.request.curl(base_url)}" for exchange in violation.exchanges]
    if law is not None:
        lines.append(f"Contract: openapi.yaml {law.args[1]}")
    return "\n".join(lines)


def _clip(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
