"""The control API, assembled: its document, its operations, and Connexion before them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import auditmock.handlers
from auditmock.asgi import App
from auditmock.handlers.control import Control
from auditmock.handlers.explanation import Explainer
from auditmock.handlers.inquiries import Inquiries
from auditmock.handlers.news import News
from auditmock.handlers.understanding import Understanding, reader_of
from auditmock.mock import Mock
from auditmock.openapi import Contract, load_contract
from auditmock.settings import Settings
from auditmock.stack import assemble
from auditmock.version import VERSION


def load_control() -> Contract:
    """Read the document of the control API."""
    return load_contract(Path(auditmock.handlers.__path__[0]) / "control.yaml")


def build_control(mock: Mock, settings: Settings, document: Contract) -> App:
    """Build the app that steers a mock."""
    contract = mock.contract
    understanding = Understanding(contract, reader_of(contract, mock.organization))
    explainer = Explainer(contract, mock.tokens, mock.worlds, understanding)
    news = News(mock.journal, explainer.summarize)
    about = {"version": VERSION, "edition": settings.edition, "scenario": "default", "logs": mock.size}
    parts = (
        Control(mock.worlds, mock.journal, news, understanding, contract.enum("AuditAction")),
        Inquiries(mock.journal, explainer, understanding, mock.worlds, about),
    )
    return assemble(document, {name: _method(parts, name) for name in document.operations})


def _method(parts: tuple[object, ...], operation_id: str) -> Callable[..., Any]:
    """Find the method of an operation in one of the parts."""
    name = operation_id.replace("-", "_")
    found: Callable[..., Any] = next(getattr(part, name) for part in parts if hasattr(part, name))
    return found
