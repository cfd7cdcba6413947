"""Checks of authentication: the locations of the token, invalid tokens, and roles."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.core.exchange import TOKEN_VARIABLE, Request
from auditmock.checker.core.tokens import DENIED_IDS, SHARED
from auditmock.checker.expect import expect
from auditmock.checker.log_page import list_logs
from auditmock.contract.support.errors import expect_error
from auditmock.contract.support.search_keys import locations
from auditmock.openapi.contract import Contract, TokenLocation
from auditmock.openapi.releases import list_releases, open_release

pytestmark = pytest.mark.check("properties", "auth", "#/components/securitySchemes")

QUERY = [("q", ""), ("limit", "1")]
OWN = f"${TOKEN_VARIABLE}"

UNKNOWN = "Nobody0000-0123456789012345678901"


def ordered_locations(contract: Contract) -> list[tuple[TokenLocation, TokenLocation]]:
    """List all pairs of different locations, in the order in which they are read."""
    pairs = combinations(contract.token_locations, 2)
    return [(one, other) for one, other in pairs if one.place != other.place]


def label(token_location: TokenLocation) -> str:
    return token_location.label


def reading(target: Client, place: str | None, sender: str = OWN) -> Request:
    """Return a request for one log with the token in this location, or without a token."""
    return Request("GET", target.path("get-audit-logs"), QUERY, token=place, sender=sender)


def test_missing_token_is_rejected(target: Client) -> None:
    """A request without a token is rejected with 401."""
    expect_error(target.send(reading(target, None)), 401)


BAD = {"empty": "", "unknown": UNKNOWN, "long": "x" * 300}


@pytest.mark.check("edges", "auth", "#/components/securitySchemes")
@pytest.mark.parametrize("kind", BAD)
def test_invalid_token_is_rejected(target: Client, kind: str) -> None:
    """An empty, unknown or overlong token is rejected with 401."""
    expect_error(target.send(reading(target, "header", BAD[kind])), 401)


OWN_ID, OWN_SECRET = f"${{{TOKEN_VARIABLE}%%-*}}", f"${{{TOKEN_VARIABLE}#*-}}"
ALTERED = {
    "longer id": f"{OWN_ID}x-{OWN_SECRET}",
    "longer secret": f"{OWN_ID}-{OWN_SECRET}x",
    "extra part": f"{OWN_ID}-{OWN_SECRET}-x",
    "empty secret": f"{OWN_ID}-",
    "no secret": OWN_ID,
    "two dashes": f"{OWN_ID}--{OWN_SECRET}",
    "quoted": f"'{OWN_ID}-{OWN_SECRET}'",
    "with Bearer": f"Bearer {OWN_ID}-{OWN_SECRET}",
    "uppercase": f"${{{TOKEN_VARIABLE}^^}}",
    "underscore for the dash": f"{OWN_ID}_{OWN_SECRET}",
}


@pytest.mark.check("edges", "auth", "#/components/securitySchemes")
@pytest.mark.parametrize("kind", ALTERED)
def test_altered_token_is_rejected(target: Client, kind: str) -> None:
    """A valid token with a part added, removed or changed is rejected with 401."""
    if target.tokens.reveal(ALTERED[kind]) == target.tokens.first:
        pytest.skip(f"{kind}: leaves this token unchanged")
    expect_error(target.send(reading(target, "header", ALTERED[kind])), 401)


@pytest.mark.check("edges", "auth", "#/components/securitySchemes")
def test_cookie_is_not_url_decoded(target: Client) -> None:
    """A cookie is not URL-decoded: a token with an escaped dash is rejected with 401."""
    expect_error(target.send(reading(target, "cookie", f"{OWN_ID}%2D{OWN_SECRET}")), 401)


def foreign_locations(contract: Contract) -> list[str]:
    """List the locations of other releases, except query parameters, which access logs record."""
    known = (each for name in list_releases() for each in open_release(name).token_locations)
    return sorted({each.label for each in known if each.place != "query"} - {*locations(contract)})


@each("place", foreign_locations)
def test_token_in_another_location_is_rejected(target: Client, place: str) -> None:
    """A token in a location that the contract does not list is rejected with 401."""
    expect_error(target.send(reading(target, place)), 401)


@each("place", locations)
def test_token_is_accepted_in_every_location(target: Client, place: str) -> None:
    """A token is accepted in every location that the contract lists."""
    exchange = target.send(reading(target, place))

    expect(exchange.status == 200, f"200 with the token in the {place}", exchange.status, exchange)


@requires("strict requests")
def test_empty_token_parameter_is_skipped(target: Client) -> None:
    """An empty token parameter is skipped, and the next location is read."""
    query = [*QUERY, ("coder_session_token", "")]
    exchange = target.send(reading(target, "header")._replace(query=query))

    expect(exchange.status == 200, "200 with the token in the header", exchange.status, exchange)


NAMES = ("xcoder_session_token", "Coder_Session_Token", "Coder-Session-Token", "session_token")
"""Cookie names that are similar to the token's."""


def test_token_under_a_similar_name_is_rejected(target: Client) -> None:
    """A token in cookies and headers with similar names is rejected with 401.

    Query parameters are left out: a server may redact only the right name in its access log.
    """
    headers = {"Cookie": "; ".join(f"{name}={OWN}" for name in NAMES), "X-Api-Key": OWN, "Authorization": OWN}

    expect_error(target.send(reading(target, None)._replace(headers=headers)), 401)


@each("place", lambda contract: [place for place in locations(contract) if place != "header"])
def test_invalid_token_is_rejected_in_every_location(target: Client, place: str) -> None:
    """An unknown token is rejected with 401 in every location."""
    expect_error(target.send(reading(target, place, UNKNOWN)), 401)


@pytest.mark.parametrize("name", DENIED_IDS)
def test_public_mock_tokens_cannot_read(target: Client, name: str) -> None:
    """The mock's public tokens, except its owner's and its auditor's, are rejected."""
    exchange = target.send(reading(target, "header", f"{name}-{SHARED}"))

    expect(exchange.status in {401, 403}, "401 or 403", exchange.status, exchange)


def test_member_cannot_read(target: Client, member_token: str) -> None:
    """A member is rejected with 403, whatever the search is."""
    query = [("q", "username:me action:create"), ("limit", "1")]

    expect_error(target.send(reading(target, "header", member_token)._replace(query=query)), 403)


INVALID_REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "parameter": {"query": [("limit", "x")], "token": "cookie"},
    "search": {"query": [("q", "a:b:c"), ("limit", "1")], "token": "query"},
    "cursor": {"query": [*QUERY, ("after_id", "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25")]},
    "Accept": {"headers": {"Accept": "text/html"}},
}


@requires("early role check")
@pytest.mark.parametrize("mistake", INVALID_REQUESTS)
def test_role_is_checked_before_the_query(target: Client, member_token: str, mistake: str) -> None:
    """A member is rejected before the query is checked (403 before 400, 404 and 406)."""
    request = reading(target, "header", member_token)._replace(**INVALID_REQUESTS[mistake])

    expect_error(target.send(request), 403)


def with_a_bad_token(request: Request, token_location: TokenLocation, bad: str = UNKNOWN) -> Request:
    header, parameter = request._replace(token=token_location.label).carry(bad)
    return request._replace(
        headers=dict([header] if header else []), query=[*request.query, *([parameter] if parameter else [])]
    )


@each("earlier, later", ordered_locations, label)
def test_invalid_token_blocks_later_locations(
    target: Client, earlier: TokenLocation, later: TokenLocation
) -> None:
    """An invalid token in an earlier location is rejected, even if a later location has a valid one."""
    bad = UNKNOWN if later.place == "query" else "x"
    expect_error(target.send(with_a_bad_token(reading(target, later.label), earlier, bad)), 401)


@each("earlier, later", ordered_locations, label)
def test_valid_token_hides_later_locations(
    target: Client, earlier: TokenLocation, later: TokenLocation
) -> None:
    """A valid token in an earlier location is accepted, even if a later location has an invalid one."""
    exchange = target.send(with_a_bad_token(reading(target, earlier.label), later))

    expect(exchange.status == 200, "200", exchange.status, exchange)


def test_empty_location_is_skipped(target: Client) -> None:
    """An empty token in an earlier location is skipped, and the next location is read."""
    first = target.contract.token_locations[0]
    exchange = target.send(reading(target, "header")._replace(headers={"Cookie": f"{first.name}="}))

    expect(exchange.status == 200, "200", exchange.status, exchange)


def test_missing_token_is_rejected_before_parameters(target: Client) -> None:
    """A missing token is rejected before missing or malformed parameters (401 before 400)."""
    request = Request("GET", target.path("get-audit-logs"), [("limit", "x")], token=None)

    expect_error(target.send(request), 401)


OF_CLIENT = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"


def test_responses_have_the_common_headers(target: Client) -> None:
    """Every response is JSON in UTF-8 and has a build version and a request id of its own."""
    exchanges = [
        list_logs(target, "", limit=1).exchange,
        target.search("a:b:c"),
        target.send(
            reading(target, None)._replace(
                headers={"X-Coder-Request-Id": OF_CLIENT, "X-Request-Id": OF_CLIENT}
            )
        ),
    ]
    hint = exchanges[0].headers.get("x-mock-hint")
    expect(hint is None, "no hint, since nothing was ignored", hint, exchanges[0])
    ids = {exchange.headers.get("x-coder-request-id", "") for exchange in exchanges}
    expect(
        len(ids - {"", OF_CLIENT}) == len(exchanges),
        "a different request id for each",
        sorted(ids),
        *exchanges,
    )
    for exchange in exchanges:
        media_type = exchange.headers.get("content-type")
        expect(media_type == "application/json; charset=utf-8", "JSON in UTF-8", media_type, exchange)
        expect(
            bool(exchange.headers.get("x-coder-build-version")), "a build version", "no such header", exchange
        )
