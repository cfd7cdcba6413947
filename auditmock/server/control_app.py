"""The control API, assembled: its document, its operations, and Connexion before them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import auditmock.handlers
from auditmock.core.asgi import App
from auditmock.fixtures.faults import fault_schema
from auditmock.fixtures.worlds import name_world
from auditmock.handlers.auth.tokens import SHARED_SECRET
from auditmock.handlers.control.events import EventStream
from auditmock.handlers.control.requests import RequestOperations, ServerInfo
from auditmock.handlers.control.server import ServerOperations
from auditmock.handlers.control.world_data import WorldOperations
from auditmock.handlers.control.worlds import WorldDirectory
from auditmock.handlers.explain.request import Explainer
from auditmock.handlers.explain.search import SearchDescriber, reader_of
from auditmock.openapi.contract import Contract, load_contract
from auditmock.openapi.releases import write_yaml
from auditmock.server.connexion_app import assemble
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.version import VERSION


def load_control_document() -> Contract:
    """Read the document of the control API, and add the schema that scenario files share with it."""
    document: Any = load_contract(Path(auditmock.handlers.__path__[0]) / "control.yaml").document
    document["components"]["schemas"]["Fault"] = fault_schema()
    return Contract(write_yaml(document), document)


def make_explainer(mock: MockState) -> Explainer:
    """Make what tells how a mock understood its requests."""
    understanding = SearchDescriber(mock.contract, reader_of(mock.contract, mock.organization))
    return Explainer(mock.contract, mock.tokens, mock.worlds, understanding)


def build_control_app(mock: MockState, settings: Settings, document: Contract) -> App:
    """Build the app that steers a mock."""
    contract = mock.contract
    understanding = SearchDescriber(contract, reader_of(contract, mock.organization))
    explainer = make_explainer(mock)
    news = EventStream(mock.request_log, explainer.summarize)
    atlas = WorldDirectory(mock.worlds, mock.tokens, news)
    about = ServerInfo(
        {
            "version": VERSION,
            "release": settings.release,
            "scenario": settings.scenario,
            "logs": mock.size,
        },
        lambda: [_describe(mock, name) for name in sorted(mock.scenarios.scenarios)],
    )
    parts = (
        ServerOperations(atlas, mock.request_log, news),
        WorldOperations(atlas, contract, understanding),
        RequestOperations(mock.request_log, explainer, understanding, mock.worlds, about),
    )
    return assemble(document, {name: _method(parts, name) for name in document.operations})


def _describe(mock: MockState, scenario: str) -> Mapping[str, Any]:
    """Describe a scenario (schema `Scenario`)."""
    return {
        "name": scenario,
        "summary": mock.scenarios.scenarios[scenario].summary,
        "token": mock.tokens.write_token(name_world(SHARED_SECRET, scenario)),
        "logs": mock.scenarios.count_logs(scenario),
    }


def _method(parts: tuple[object, ...], operation_id: str) -> Callable[..., Any]:
    """Find the method of an operation in one of the parts."""
    name = operation_id.replace("-", "_")
    found: Callable[..., Any] = next(getattr(part, name) for part in parts if hasattr(part, name))
    return found
