"""The control API, assembled: its document, its operations, and Connexion before them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import auditmock.handlers
from auditmock.asgi import App
from auditmock.fixtures.worlds import name_world
from auditmock.handlers.atlas import Atlas
from auditmock.handlers.control import Control
from auditmock.handlers.explanation import Explainer
from auditmock.handlers.inquiries import About, Inquiries
from auditmock.handlers.news import News
from auditmock.handlers.tokens import SHARED_SECRET
from auditmock.handlers.tools import Tools
from auditmock.handlers.understanding import Understanding, reader_of
from auditmock.mock import Mock
from auditmock.openapi import Contract, load_contract
from auditmock.settings import Settings
from auditmock.stack import assemble
from auditmock.version import VERSION


def load_control() -> Contract:
    """Read the document of the control API."""
    return load_contract(Path(auditmock.handlers.__path__[0]) / "control.yaml")


def make_explainer(mock: Mock) -> Explainer:
    """Make what tells how a mock understood its requests."""
    understanding = Understanding(mock.contract, reader_of(mock.contract, mock.organization))
    return Explainer(mock.contract, mock.tokens, mock.worlds, understanding)


def build_control(mock: Mock, settings: Settings, document: Contract) -> App:
    """Build the app that steers a mock."""
    contract = mock.contract
    understanding = Understanding(contract, reader_of(contract, mock.organization))
    explainer = make_explainer(mock)
    news = News(mock.journal, explainer.summarize)
    atlas = Atlas(mock.worlds, mock.tokens, news)
    about = About(
        {
            "version": VERSION,
            "edition": settings.edition,
            "scenario": settings.scenario,
            "logs": mock.size,
        },
        lambda: [_describe(mock, name) for name in sorted(mock.playbill.scenarios)],
    )
    parts = (
        Control(atlas, mock.journal, news),
        Tools(atlas, contract, understanding),
        Inquiries(mock.journal, explainer, understanding, mock.worlds, about),
    )
    return assemble(document, {name: _method(parts, name) for name in document.operations})


def _describe(mock: Mock, scenario: str) -> Mapping[str, Any]:
    """Describe a scenario (schema `Scenario`)."""
    return {
        "name": scenario,
        "summary": mock.playbill.scenarios[scenario].summary,
        "token": mock.tokens.write_token(name_world(SHARED_SECRET, scenario)),
        "logs": mock.playbill.count_logs(scenario),
    }


def _method(parts: tuple[object, ...], operation_id: str) -> Callable[..., Any]:
    """Find the method of an operation in one of the parts."""
    name = operation_id.replace("-", "_")
    found: Callable[..., Any] = next(getattr(part, name) for part in parts if hasattr(part, name))
    return found
