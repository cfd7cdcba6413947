"""Errors of the API, one function each; `handlers.messages.response` renders them.

Messages are Coder's where the reference has them (sections 4.2, 5, 7, 9); the details
are the mock's.
"""

from collections.abc import Iterable

from auditmock.core.models import Validation

SIGNED_OUT = "You are signed out or your session has expired. Please sign in again to continue."
BAD_PARAMETERS = "Query parameters have invalid values."
BAD_SEARCH = "Invalid audit search query."
BAD_BODY = "Request body must be valid JSON."


class ApiError(Exception):
    """An error that is sent as an envelope."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        detail: str = "",
        validations: Iterable[Validation] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.detail = detail
        self.validations = tuple(validations)
        self.headers = headers


class PlainTextError(ApiError):
    """An error that is sent as plain text."""


def invalid_parameters(
    problems: Iterable[Validation], *, only_search: bool = False, detail: str = ""
) -> ApiError:
    """400: invalid parameters or search; the search has its own message if only that is invalid (7)."""
    message = BAD_SEARCH if only_search else BAD_PARAMETERS
    return ApiError(400, message, validations=problems, detail=detail)


def invalid_body(detail: str = "", problems: Iterable[Validation] = ()) -> ApiError:
    """400: the body is not valid JSON (detail) or violates the contract (problems)."""
    return ApiError(400, BAD_BODY, detail=detail, validations=problems)


def signed_out(detail: str, suggestion: str) -> ApiError:
    """401: no token, or an invalid one."""
    return ApiError(401, SIGNED_OUT, detail=f"{detail} {suggestion}".rstrip())


def inactive_user(status: str, suggestion: str) -> ApiError:
    message = f'User is not active (status = "{status}"). Contact an admin to reactivate your account.'
    return ApiError(401, message, detail=suggestion)


def forbidden(detail: str) -> ApiError:
    """403: the caller's role is not sufficient."""
    return ApiError(403, "Forbidden.", detail=detail)


def route_not_found(detail: str = "") -> ApiError:
    return ApiError(404, "Route not found.", detail=detail)


def log_not_found(log_id: str) -> ApiError:
    detail = f'No audit log has the ID "{log_id}". after_id accepts the ID of a log in this list.'
    return ApiError(404, "Audit log not found.", validations=[Validation("after_id", detail)])


def world_not_found(name: str) -> ApiError:
    detail = f'World "{name}" is not open. Open it with a PUT or with a request that sends its token.'
    return ApiError(404, "World not found.", detail=detail)


def clock_out_of_range(latest: str) -> ApiError:
    return ApiError(409, "Time out of range.", detail=f"The clock accepts times up to {latest}.")


def request_not_found(number: int) -> ApiError:
    detail = f"Request {number} is not in the request log. --request-log sets how many requests it keeps."
    return ApiError(404, "Request not found.", detail=detail)


def control_forbidden(detail: str) -> ApiError:
    return ApiError(403, "This client may not use the control API.", detail=detail)


def scenario_not_found(name: str, known: Iterable[str]) -> ApiError:
    return ApiError(
        404, "Scenario not found.", detail=f'Unknown scenario "{name}". Available: {", ".join(known)}.'
    )


def log_exists(log_id: str) -> ApiError:
    detail = f'A different log has the ID "{log_id}". Choose another ID.'
    return ApiError(409, "Audit log already exists.", detail=detail)


def invalid_logs(problems: Iterable[Validation]) -> ApiError:
    return ApiError(409, "Invalid audit logs.", validations=problems)


def search_conflict(problems: Iterable[Validation]) -> ApiError:
    """409: this release rejects the search."""
    return ApiError(409, BAD_SEARCH, validations=problems)


def method_not_allowed(path: str, allowed: str) -> ApiError:
    return ApiError(
        405, "Method not allowed.", detail=f"{path} supports {allowed}.", headers=(("Allow", allowed),)
    )


def not_acceptable(accept: str, types: str) -> ApiError:
    detail = f'The request accepts only "{accept}". Available: {types}.'
    return ApiError(406, "Not acceptable.", detail=detail)


def body_too_large(limit: int) -> ApiError:
    return ApiError(413, "Request body is too large.", detail=f"The maximum size is {limit} bytes.")


def unsupported_media_type(detail: str) -> ApiError:
    """415: the body is not uncompressed JSON in UTF-8."""
    return ApiError(
        415, "Unsupported media type.", detail=f'{detail}. Send "Content-Type: application/json".'
    )


def rate_limited(limit: int, headers: Iterable[tuple[str, str]] = ()) -> ApiError:
    """429: rate limit exceeded (reference 6)."""
    message = f"You've been rate limited for sending more than {limit} requests in 1m0s."
    return ApiError(429, message, headers=(*headers, ("Retry-After", "60")))


def origin_not_allowed(origin: str) -> ApiError:
    detail = f"Pages of {origin} may not call this server. To allow them, start it with --cors {origin}."
    return ApiError(400, "Disallowed CORS origin.", detail=detail)


def cors_method_not_allowed(method: str) -> ApiError:
    detail = f'Pages may not use the method "{method}". Available: GET, POST.'
    return ApiError(400, "Disallowed CORS method.", detail=detail)


def malformed_request() -> ApiError:
    detail = (
        "Expected a method in capitals, a target of at most 65,535 bytes, HTTP/1.1 and headers. "
        "Each line ends with CR LF."
    )
    return ApiError(400, "Malformed HTTP request.", detail=detail)


def database_error(detail: str) -> ApiError:
    """500: Coder's database rejects a value; the detail is the database's (reference 7)."""
    return ApiError(500, "An internal server error occurred.", detail=detail)


def internal_error() -> ApiError:
    """500: a bug in the mock."""
    return ApiError(500, "An internal server error occurred.")
