"""Every way a request is refused, as a named value; `handlers.wire` renders them all.

Messages are Coder's own words where the reference gives them (sections 4.2, 5, 7, 9); the details
may say more.
"""

from collections.abc import Iterable

from auditmock.core.models import Validation

SIGNED_OUT = "You are signed out or your session has expired. Please sign in again to continue."
BAD_PARAMETERS = "Query parameters have invalid values."
BAD_SEARCH = "Invalid audit search query."
BAD_BODY = "Request body must be valid JSON."


class ApiError(Exception):
    """A request that is answered with the error envelope."""

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
    """A request that is answered with a line of text."""


def invalid_parameters(
    problems: Iterable[Validation], *, only_search: bool = False, detail: str = ""
) -> ApiError:
    """400: parameters or the search query are wrong; the parameters' message goes first (reference 7)."""
    message = BAD_SEARCH if only_search else BAD_PARAMETERS
    return ApiError(400, message, validations=problems, detail=detail)


def invalid_body(detail: str = "", problems: Iterable[Validation] = ()) -> ApiError:
    """400: the body cannot be read (detail) or breaks the contract (problems)."""
    return ApiError(400, BAD_BODY, detail=detail, validations=problems)


def signed_out(detail: str, suggestion: str) -> ApiError:
    """401: no token, or one that does not open a session."""
    return ApiError(401, SIGNED_OUT, detail=f"{detail} {suggestion}".rstrip())


def inactive_user(status: str, suggestion: str) -> ApiError:
    """401: the user may not sign in."""
    message = f'User is not active (status = "{status}"). Contact an admin to reactivate your account.'
    return ApiError(401, message, detail=suggestion)


def forbidden(detail: str) -> ApiError:
    """403: the role of the caller does not allow it."""
    return ApiError(403, "Forbidden.", detail=detail)


def route_not_found(detail: str = "") -> ApiError:
    """404: no such path."""
    return ApiError(404, "Route not found.", detail=detail)


def log_not_found(log_id: str) -> ApiError:
    """404: `after_id` names no log."""
    detail = f'No audit log has the ID "{log_id}". after_id accepts the ID of a log in this list.'
    return ApiError(404, "Audit log not found.", validations=[Validation("after_id", detail)])


def world_not_found(name: str) -> ApiError:
    """404: no world of that name is open."""
    detail = f'World "{name}" is not open. Open it with a PUT or with a request that sends its token.'
    return ApiError(404, "World not found.", detail=detail)


def clock_out_of_range(latest: str) -> ApiError:
    """409: a clock would be moved out of the years there are."""
    return ApiError(409, "Time out of range.", detail=f"The clock accepts times up to {latest}.")


def request_not_found(number: int) -> ApiError:
    """404: the request_log does not have that request."""
    detail = f"Request {number} is not in the request log. --journal sets how many requests it keeps."
    return ApiError(404, "Request not found.", detail=detail)


def control_forbidden(detail: str) -> ApiError:
    """403: the control API is closed to this client."""
    return ApiError(403, "This client may not use the control API.", detail=detail)


def scenario_not_found(name: str, known: Iterable[str]) -> ApiError:
    """404: there is no scenario of that name."""
    return ApiError(
        404, "Scenario not found.", detail=f'Unknown scenario "{name}". Available: {", ".join(known)}.'
    )


def log_exists(log_id: str) -> ApiError:
    """409: a log that says something else has that id already."""
    detail = f'A different log has the ID "{log_id}". Choose another ID.'
    return ApiError(409, "Audit log already exists.", detail=detail)


def invalid_logs(problems: Iterable[Validation]) -> ApiError:
    """409: what is to be inserted are no logs by the contract of the server."""
    return ApiError(409, "Invalid audit logs.", validations=problems)


def search_conflict(problems: Iterable[Validation]) -> ApiError:
    """409: what is to be counted is no search by the contract of the server."""
    return ApiError(409, BAD_SEARCH, validations=problems)


def method_not_allowed(path: str, allowed: str) -> ApiError:
    """405: the path is known, the method is not one of its own."""
    return ApiError(
        405, "Method not allowed.", detail=f"{path} supports {allowed}.", headers=(("Allow", allowed),)
    )


def not_acceptable(accept: str, types: str) -> ApiError:
    """406: the client takes nothing this server has."""
    detail = f'The request accepts only "{accept}". Available: {types}.'
    return ApiError(406, "Not acceptable.", detail=detail)


def body_too_large(limit: int) -> ApiError:
    """413: more body than the server reads."""
    return ApiError(413, "Request body is too large.", detail=f"The maximum size is {limit} bytes.")


def unsupported_media_type(detail: str) -> ApiError:
    """415: the body is not declared as JSON in UTF-8."""
    return ApiError(
        415, "Unsupported media type.", detail=f'{detail}. Send "Content-Type: application/json".'
    )


def rate_limited(limit: int, headers: Iterable[tuple[str, str]] = ()) -> ApiError:
    """429: more requests than the limit lets through; `headers` tell how many that are (reference 6)."""
    message = f"You've been rate limited for sending more than {limit} requests in 1m0s."
    return ApiError(429, message, headers=(*headers, ("Retry-After", "60")))


def origin_not_allowed(origin: str) -> ApiError:
    """400: a CORS preflight from a page that may not call."""
    detail = f"Pages of {origin} may not call this server. To allow them, start it with --cors {origin}."
    return ApiError(400, "Disallowed CORS origin.", detail=detail)


def cors_method_not_allowed(method: str) -> ApiError:
    """400: a CORS preflight for a method no page may use."""
    detail = f'Pages may not use the method "{method}". Available: GET, POST.'
    return ApiError(400, "Disallowed CORS method.", detail=detail)


def malformed_request() -> ApiError:
    """400: the bytes that came are no HTTP request."""
    detail = (
        "Expected a method in capitals, a target of at most 65,535 bytes, HTTP/1.1 and headers. "
        "Each line ends with CR LF."
    )
    return ApiError(400, "Malformed HTTP request.", detail=detail)


def database_error(detail: str) -> ApiError:
    """500: what a deployed server's database refuses, in its words (reference 7)."""
    return ApiError(500, "An internal server error occurred.", detail=detail)


def internal_error() -> ApiError:
    """500: a mistake of ours."""
    return ApiError(500, "An internal server error occurred.")
