"""Errors: each has a status and schema of the contract, and Coder's message."""

from inspect import isfunction

import orjson
import pytest
from openapi_schema_validator import OAS30Validator

from auditmock.core import errors
from auditmock.core.errors import ApiError
from auditmock.core.models import Validation
from auditmock.handlers.messages.response import error_reply
from auditmock.openapi.contract import load_contract
from auditmock.server.control_app import load_control_document

CONTRACT = load_contract()
PROBLEM = Validation("limit", 'Query param "limit" must be a valid integer')

ERRORS = {
    "invalid_parameters": errors.invalid_parameters([PROBLEM]),
    "invalid_search": errors.invalid_parameters([PROBLEM], only_search=True),
    "invalid_body": errors.invalid_body("No JSON."),
    "invalid_fields": errors.invalid_body(problems=[PROBLEM]),
    "signed_out": errors.signed_out("API key is invalid.", "Send another."),
    "inactive_user": errors.inactive_user("suspended", "Send another."),
    "forbidden": errors.forbidden("This operation requires the role owner."),
    "route_not_found": errors.route_not_found("Did you mean something else?"),
    "log_not_found": errors.log_not_found("cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"),
    "method_not_allowed": errors.method_not_allowed("/api/v2/audit", "GET"),
    "not_acceptable": errors.not_acceptable("text/html", "application/json"),
    "body_too_large": errors.body_too_large(1 << 20),
    "unsupported_media_type": errors.unsupported_media_type("The request has no Content-Type"),
    "origin_not_allowed": errors.origin_not_allowed("http://example.com"),
    "cors_method_not_allowed": errors.cors_method_not_allowed("PROPFIND"),
    "malformed_request": errors.malformed_request(),
    "database_error": errors.database_error("pq: LIMIT must not be negative"),
    "internal_error": errors.internal_error(),
    "rate_limited": errors.rate_limited(60),
    "scenario_not_found": errors.scenario_not_found("x", ["default"]),
    "log_exists": errors.log_exists("cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"),
    "world_not_found": errors.world_not_found("myTest0000000000000042"),
    "clock_out_of_range": errors.clock_out_of_range("9000-01-01T00:00:00Z"),
    "request_not_found": errors.request_not_found(42),
    "control_forbidden": errors.control_forbidden("Pages of other origins may not call the control API."),
    "invalid_logs": errors.invalid_logs([PROBLEM]),
    "search_conflict": errors.search_conflict([PROBLEM]),
}
MESSAGES = {
    "invalid_parameters": (400, "Query parameters have invalid values."),
    "invalid_search": (400, "Invalid audit search query."),
    "invalid_body": (400, "Request body must be valid JSON."),
    "invalid_fields": (400, "Request body must be valid JSON."),
    "signed_out": (401, "You are signed out or your session has expired. Please sign in again to continue."),
    "inactive_user": (
        401,
        'User is not active (status = "suspended"). Contact an admin to reactivate your account.',
    ),
    "forbidden": (403, "Forbidden."),
    "route_not_found": (404, "Route not found."),
    "log_not_found": (404, "Audit log not found."),
    "method_not_allowed": (405, "Method not allowed."),
    "not_acceptable": (406, "Not acceptable."),
    "body_too_large": (413, "Request body is too large."),
    "unsupported_media_type": (415, "Unsupported media type."),
    "origin_not_allowed": (400, "Disallowed CORS origin."),
    "cors_method_not_allowed": (400, "Disallowed CORS method."),
    "malformed_request": (400, "Malformed HTTP request."),
    "database_error": (500, "An internal server error occurred."),
    "internal_error": (500, "An internal server error occurred."),
    "rate_limited": (429, "You've been rate limited for sending more than 60 requests in 1m0s."),
    "scenario_not_found": (404, "Scenario not found."),
    "log_exists": (409, "Audit log already exists."),
    "world_not_found": (404, "World not found."),
    "clock_out_of_range": (409, "Time out of range."),
    "request_not_found": (404, "Request not found."),
    "control_forbidden": (403, "This client may not use the control API."),
    "invalid_logs": (409, "Invalid audit logs."),
    "search_conflict": (409, "Invalid audit search query."),
}
ENVELOPE = OAS30Validator(
    {"$ref": "#/components/schemas/Response", "components": CONTRACT.document["components"]}
)
every_error = pytest.mark.parametrize("name", ERRORS)


@every_error
def test_error_has_coders_message(name: str) -> None:
    """Each error has the status and message of the reference."""
    error = ERRORS[name]

    assert (error.status, error.message) == MESSAGES[name]


@every_error
def test_error_is_valid_in_the_contract(name: str) -> None:
    """The body of each error is a `Response` of the contract."""
    ENVELOPE.validate(orjson.loads(error_reply(ERRORS[name]).body))  # type: ignore[arg-type]


@every_error
def test_error_has_a_documented_status(name: str) -> None:
    """Each status is listed by an operation of the contract or the control API."""
    listed = {
        status
        for contract in (CONTRACT, load_control_document())
        for methods in contract.document["paths"].values()
        for kind, operation in methods.items()
        if kind != "parameters"
        for status in operation["responses"]
    }

    assert str(ERRORS[name].status) in listed


def test_table_has_every_error() -> None:
    """The table has all errors."""
    makers = {name for name, each in vars(errors).items() if isfunction(each)}

    assert makers <= ERRORS.keys()


def test_unknown_log_is_reported_for_the_cursor() -> None:
    """The error of an unknown cursor names the parameter and the id."""
    (problem,) = errors.log_not_found("cff22a7b-bb6f-43d8-83e1-eefe0a1f5197").validations

    assert problem.field == "after_id"
    assert '"cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"' in problem.detail


def test_method_not_allowed_lists_methods() -> None:
    """A 405 has `Allow` and the same methods in its detail."""
    error = errors.method_not_allowed("/api/v2/audit", "GET")

    assert error.headers == (("Allow", "GET"),)
    assert error.detail == "/api/v2/audit supports GET."


def test_signed_out_has_a_suggestion() -> None:
    """The detail of a 401 has the reason and then the suggestion."""
    assert errors.signed_out("API key is invalid.", "Send X.").detail == "API key is invalid. Send X."


def test_error_keeps_every_problem() -> None:
    """Problems keep their order, also from a generator."""
    problems = [PROBLEM, PROBLEM._replace(field="offset")]

    assert errors.invalid_parameters(problem for problem in problems).validations == tuple(problems)


def test_error_is_an_exception() -> None:
    """An error is an exception with its status and message."""
    with pytest.raises(ApiError, match=r"Forbidden\."):
        raise errors.forbidden("")
