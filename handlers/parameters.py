"""Connexion's parameter validator, made strict: every problem of the query is found and named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from connexion.lifecycle import ConnexionRequest
from connexion.validators.parameter import ParameterValidator
from jsonschema import Draft4Validator

from auditmock.errors import invalid_parameters
from auditmock.handlers.formats import FORMATS
from auditmock.handlers.hints import suggest
from auditmock.handlers.request import BROKEN_ESCAPE, NUMBER
from auditmock.handlers.search import SearchLanguage
from auditmock.models import Validation

_SEARCH = "q"


class StrictParameters(ParameterValidator):  # type: ignore[misc]
    """Judges the query parameters of one request by the contract's schemas.

    Connexion builds one for each request; `language` is bound beforehand.
    """

    def __init__(self, parameters: Sequence[Mapping[str, Any]], *, language: SearchLanguage, **rest: Any) -> None:
        super().__init__(parameters, **rest)
        self._language = language

    def validate_request(self, request: ConnexionRequest) -> None:
        """Refuse (400) a query with any problem, naming them all."""
        pairs = list(_pairs(request.scope["query_string"]))
        problems = [*self._unreadable(pairs), *self._unknown(pairs)]
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name.decode(errors="replace"), []).append(value.decode(errors="replace"))
        for parameter in self.parameters["query"]:
            problems += self._judge(parameter, values.get(parameter["name"], []))
        if problems:
            raise invalid_parameters(problems, only_search=all(...))
