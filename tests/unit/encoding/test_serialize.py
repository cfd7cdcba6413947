"""Logs on the wire, as Coder's releases write them."""

from auditmock.fixtures.encoding.serialize import go_json


def test_html_is_escaped() -> None:
    """Characters with a meaning in HTML or JavaScript are escaped; other text is UTF-8."""
    assert go_json("<ö>&\u2028\u2029") == '"\\u003cö\\u003e\\u0026\\u2028\\u2029"'.encode()
