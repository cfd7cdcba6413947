"""The reference of the real server as one HTML page, which the mock and `auditmock docs` serve."""

from pathlib import Path

import markdown

_ROOT = Path(__file__).parents[2]
_SOURCE = _ROOT / "docs" / "reference" / "coder-server.md"
_FRAME = Path(__file__).parent / "server_page.html"
_EXTENSIONS = ("tables", "attr_list", "fenced_code", "sane_lists")


def write_server_page() -> str:
    """Render the page; it has the anchors of its source and loads nothing."""
    body = markdown.markdown(
        _SOURCE.read_text(encoding="utf-8"), extensions=[*_EXTENSIONS], output_format="html"
    )
    tables = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return _FRAME.read_text(encoding="utf-8").replace("{{body}}", tables)
