"""Builds the control API app from its document and its operations."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import auditmock.handlers
from auditmock.core.asgi_types import App
from auditmock.fixtures.faults import fault_schema
from auditmock.fixtures.worlds import name_world
from auditmock.handlers.auth.tokens import SHARED_SECRET
from auditmock.handlers.control.events import EventStream
from auditmock.handlers.control.requests import RequestOperations, ServerInfo
from auditmock.handlers.control.world_data import WorldOperations
from auditmock.handlers.control.worlds import ServerOperations, WorldDirectory
from auditmock.handlers.explain.request import Explainer
from auditmock.handlers.explain.search import SearchExplainer, make_search_parser
from auditmock.openapi.contract import Contract, load_contract
from auditmock.server.connexion_app import assemble
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.version import VERSION


def load_control_document() -> Contract:
    """Read the control API's OpenAPI document and add the `Fault` schema, which scenario files share."""
    document: Any = load_contract(Path(auditmock.handlers.__path__[0]) / "control.yaml").document
    document["components"]["schemas"]["Fault"] = fault_schema()
    return Contract(None, document)


def make_explainer(mock: MockState) -> Explainer:
    describer = SearchExplainer(mock.contract, make_search_parser(mock.contract, mock.organization))
    return Explainer(mock.contract, mock.tokens, mock.worlds, describer)


def build_control_app(mock: MockState, settings: Settings, document: Contract) -> App:
    explainer = make_explainer(mock)
    events = EventStream(mock.request_log, explainer.summarize)
    worlds = WorldDirectory(mock.worlds, mock.tokens, events)
    info = ServerInfo(
        {"version": VERSION, "release": settings.release, "scenario": settings.scenario, "logs": mock.size},
        lambda: [_describe(mock, name) for name in sorted(mock.scenarios.scenarios)],
    )
    groups = (
        ServerOperations(worlds, mock.request_log, events),
        WorldOperations(worlds, mock.contract, explainer.searches),
        RequestOperations(mock.request_log, explainer, mock.worlds, info),
    )
    return assemble(document, {name: _method(groups, name) for name in document.operations})


def _describe(mock: MockState, scenario: str) -> Mapping[str, Any]:
    """Describe a scenario (schema `Scenario`)."""
    return {
        "name": scenario,
        "summary": mock.scenarios.scenarios[scenario].summary,
        "token": mock.tokens.token_for_world(name_world(SHARED_SECRET, scenario)),
        "logs": mock.scenarios.count_logs(scenario),
    }


def _method(groups: tuple[object, ...], operation_id: str) -> Callable[..., Any]:
    name = operation_id.replace("-", "_")
    method: Callable[..., Any] = next(getattr(part, name) for part in groups if hasattr(part, name))
    return method
