"""Connexion's parameter validator, made strict: every problem of the query is reported."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from connexion.lifecycle import ConnexionRequest
from connexion.validators.parameter import ParameterValidator

from auditmock.core.errors import invalid_parameters
from auditmock.core.models import Validation
from auditmock.handlers.messages.hints import clip, suggest
from auditmock.handlers.messages.query import BROKEN_ESCAPE, REPEATED, read_raw_query
from auditmock.handlers.messages.request import QUERY_PROBLEMS, check_text
from auditmock.handlers.search import SearchLanguage


class StrictParameters(ParameterValidator):  # type: ignore[misc]
    """Validates the query of one request, for which Connexion creates it; `language` is bound before."""

    def __init__(
        self, parameters: Sequence[Mapping[str, Any]], *, language: SearchLanguage | None = None, **rest: Any
    ) -> None:
        super().__init__(parameters, **rest)
        self._language = language

    def validate_request(self, request: ConnexionRequest) -> None:
        """Raise ApiError (400) with all problems of the query."""
        given = read_raw_query(request.scope["query_string"])
        declared = {parameter["name"]: parameter for parameter in self.parameters["query"]}
        problems, search_problems = list(self._unknown(given, tuple(declared))), []
        for name, parameter in declared.items():
            try:
                text = _decode_single(parameter, given.get(name, []))
                if text is None:
                    continue
                schema = parameter["schema"]
                if self._language and "x-search" in parameter:
                    search_problems += self._language.problems(text.replace("\0", ""))
                    # the language explains violations of the pattern better
                    schema = {"type": schema["type"]}
                check_text(schema, text)
            except ValueError as error:
                problems.append(Validation(name, f'Query param "{name}" {error}'))
        kept: list[Validation] | None = request.scope.get(QUERY_PROBLEMS)
        if kept is not None:
            # the body is validated next, and the problems of both are reported together
            kept += problems
        elif problems or search_problems:
            raise invalid_parameters([*problems, *search_problems], only_search=not problems)

    def _unknown(self, given: Mapping[str, list[bytes]], known: tuple[str, ...]) -> Iterator[Validation]:
        everything = (*known, *self.security_query_params)
        for name in given:
            if name not in everything:
                suggestion = suggest(name, everything)
                yield Validation(clip(name), f'Unknown query param "{clip(name)}". {suggestion}')


def _decode_single(parameter: Mapping[str, Any], values: Sequence[bytes]) -> str | None:
    """Decode the single value of a parameter (None: absent); raises ValueError with the reason."""
    if not values:
        if parameter.get("required"):
            raise ValueError(f'is required; send "{parameter["name"]}=" for an empty value')
        return None
    if len(values) > 1:
        raise ValueError(REPEATED.format(len(values)))
    try:
        text = values[0].decode("ascii")
        if BROKEN_ESCAPE.search(values[0]):
            raise ValueError('has a "%" without two hexadecimal digits; write "%25" for a percent sign')
        text = unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("must be percent-encoded UTF-8") from None
    return text
