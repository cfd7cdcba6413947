"""Every way a request is refused, as a named value; `handlers.wire` renders them all.

Messages are Coder's own words where the reference gives them (sections 4.2, 5, 7, 9); the details
may say more.
"""

from collections.abc import Iterable

from auditmock.models import Validation

SIGNED_OUT = "You are signed out or your session has expired. Please sign in again to continue."
BAD_PARAMETERS = "Query parameters have invalid values."
BAD_SEARCH = "Invalid audit search query."
BAD_BODY = "Request body must be valid JSON."


class Refusal(Exception):  # noqa: N818 - not an error of ours: the answer to a request
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


class PlainRefusal(Refusal):
    """A request that is answered with a line of text."""


def invalid_parameters(
    problems: Iterable[Validation], *, only_search: bool = False, detail: str = ""
) -> Refusal:
    """400: parameters or the search query are wrong; the parameters' message goes first (reference 7)."""
    message = BAD_SEARCH if only_search else BAD_PARAMETERS
    return Refusal(400, message, validations=problems, detail=detail)


def invalid_body(detail: str = "", problems: Iterable[Validation] = ()) -> Refusal:
    """400: the body cannot be read (detail) or breaks the contract (problems)."""
    return Refusal(400, BAD_BODY, detail=detail, validations=problems)


def signed_out(detail: str, cure: str) -> Refusal:
    """401: no token, or one that does not open a session."""
    return Refusal(401, SIGNED_OUT, detail=f"{detail} {cure}".rstrip())


def inactive(status: str, cure: str) -> Refusal:
    """401: the user may not sign in."""
    message = f'User is not active (status = "{status}"). Contact an admin to reactivate your account.'
    return Refusal(401, message, detail=cure)


def forbidden(detail: str) -> Refusal:
    """403: the role of the caller does not allow it."""
    return Refusal(403, "Forbidden.", detail=detail)


def route_not_found(detail: str = "") -> Refusal:
    """404: no such path."""
    return Refusal(404, "Route not found.", detail=detail)


def log_not_found(log_id: str) -> Refusal:
    """404: `after_id` names no log."""
    detail = f'No audit log has the id "{log_id}"; after_id takes the id of a log of this list.'
    return Refusal(404, "Audit log not found.", validations=[Validation("after_id", detail)])


def world_not_found(name: str) -> Refusal:
    """404: no world of that name is open."""
    detail = f'No world "{name}" is open; the first request with its token opens it, or a PUT to it.'
    return Refusal(404, "World not found.", detail=detail)


def clock_out_of_range(latest: str) -> Refusal:
    """409: a clock would be moved out of the years there are."""
    return Refusal(409, "The clock cannot go there.", detail=f"It shows no time after {latest}.")


def request_not_found(number: int) -> Refusal:
    """404: the journal does not have that request."""
    detail = f"The journal does not have request {number}, or no longer; --journal says how many it keeps."
    return Refusal(404, "Request not found.", detail=detail)


def control_closed(detail: str) -> Refusal:
    """403: the control API is closed to this client."""
    return Refusal(403, "The control API is closed to this client.", detail=detail)


def scenario_not_found(name: str, known: Iterable[str]) -> Refusal:
    """404: there is no scenario of that name."""
    return Refusal(404, "Scenario not found.", detail=f'"{name}" is none; there are {", ".join(known)}.')


def log_exists(log_id: str) -> Refusal:
    """409: a log that says something else has that id already."""
    detail = f'Another log has the id "{log_id}"; give this one an id of its own.'
    return Refusal(409, "Audit log exists already.", detail=detail)


def no_logs(problems: Iterable[Validation]) -> Refusal:
    """409: what is to be inserted are no logs by the contract of the server."""
    return Refusal(409, "Those are no audit logs of this server.", validations=problems)


def no_search(problems: Iterable[Validation]) -> Refusal:
    """409: what is to be counted is no search by the contract of the server."""
    return Refusal(409, BAD_SEARCH, validations=problems)


def method_not_allowed(path: str, allowed: str) -> Refusal:
    """405: the path is known, the method is not one of its own."""
    return Refusal(
        405, "Method not allowed.", detail=f"{path} takes {allowed}.", headers=(("Allow", allowed),)
    )


def not_acceptable(accept: str, types: str) -> Refusal:
    """406: the client takes nothing this server has."""
    detail = f'This server answers in {types}; the request accepts only "{accept}".'
    return Refusal(406, "Not acceptable.", detail=detail)


def body_too_large(limit: int) -> Refusal:
    """413: more body than the server reads."""
    return Refusal(413, "Request body is too large.", detail=f"A body may have {limit} bytes at most.")


def unsupported_media_type(detail: str) -> Refusal:
    """415: the body is not declared as JSON in UTF-8."""
    return Refusal(415, "Unsupported media type.", detail=f'{detail}; send "Content-Type: application/json".')


def rate_limited(limit: int, headers: Iterable[tuple[str, str]] = ()) -> Refusal:
    """429: more requests than the limit lets through; `headers` tell how many that are (reference 6)."""
    message = f"You've been rate limited for sending more than {limit} requests in 1m0s."
    return Refusal(429, message, headers=(*headers, ("Retry-After", "60")))


def origin_not_allowed(origin: str) -> Refusal:
    """400: a CORS preflight from a page that may not call."""
    detail = f'"{origin}" may not call this server; start it with --cors {origin} to allow it.'
    return Refusal(400, "Disallowed CORS origin.", detail=detail)


def method_not_crossing(method: str) -> Refusal:
    """400: a CORS preflight for a method no page may use."""
    detail = f'"{method}" is no method a page may use here; GET and POST are.'
    return Refusal(400, "Disallowed CORS method.", detail=detail)


def not_http() -> Refusal:
    """400: the bytes that came are no HTTP request."""
    detail = (
        "A request is a method in capitals, a target of at most 65,535 bytes, HTTP/1.1, and headers, each "
        "line ended by CR LF."
    )
    return Refusal(400, "Malformed HTTP request.", detail=detail)


def database_error(detail: str) -> Refusal:
    """500: what a deployed server's database refuses, in its words (reference 7)."""
    return Refusal(500, "An internal server error occurred.", detail=detail)


def internal_error() -> Refusal:
    """500: a mistake of ours."""
    return Refusal(500, "An internal server error occurred.")
