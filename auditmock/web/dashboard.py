"""The dashboard at `/_mock/` and its sign-in page."""

import html
from base64 import b64encode
from functools import cache, partial
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from auditmock.handlers.messages.response import Reply
from auditmock.web.static_files import Builders, Document

DASHBOARD = "/_mock/"
"""Path of the dashboard."""

_PAGES = Path(__file__).parent / "pages"
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
# The browser enforces that no text becomes markup or script, and that no request leaves this server.
_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
_SIGN_IN_POLICY = (
    "default-src 'none'; style-src 'sha256-{}'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_TYPES = {".js": _SCRIPT, ".css": _STYLE, ".gz": _SCRIPT}
_OWN = Path(__file__).parent / "dashboard_assets"
_VENDOR = Path(__file__).parent / "vendor"
_VENDORED = {
    "uplot.js": "uplot.js.gz",
    "uplot.css": "uplot.css",
    **{
        name: name
        for name in (
            "lit-html/lit-html.js",
            "lit-html/directive.js",
            "lit-html/directive-helpers.js",
            "lit-html/directives/live.js",
            "lit-html/directives/repeat.js",
        )
    },
}
"""Third-party files, by their name on the page."""


def dashboard_documents() -> Builders:
    own = {path.name: path for path in _OWN.iterdir() if path.suffix in _TYPES}
    vendored = {f"vendor/{name}": _VENDOR / file for name, file in _VENDORED.items()}
    return {
        DASHBOARD: _page,
        **{f"{DASHBOARD}assets/{name}": partial(_asset, path) for name, path in {**own, **vendored}.items()},
    }


def _page() -> Document:
    body = (_OWN / "dashboard.html").read_bytes()
    return Document("text/html; charset=utf-8", body, policy=_POLICY)


def _asset(path: Path) -> Document:
    return Document(_TYPES[path.suffix], path.read_bytes(), "gzip" if path.suffix == ".gz" else "")


@cache
def sign_in_page(problem: str) -> Reply:
    """Build a page that contains its style sheet: the dashboard's files require the control token."""
    style = (_OWN / "dashboard.css").read_text(encoding="utf-8")
    text = (_PAGES / "sign-in.html").read_text(encoding="utf-8")
    message = f'<p id="problem" class="error-box" role="alert">{html.escape(problem)}</p>' if problem else ""
    body = text.replace("{{style}}", style).replace("{{problem}}", message).encode()
    policy = _SIGN_IN_POLICY.format(b64encode(sha256(style.encode()).digest()).decode())
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", policy.encode()),
    ]
    return Reply(HTTPStatus.FORBIDDEN, headers, body)
