"""Checks of the token: who may read, by which way the token comes, and what a bad one is told."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.core.exchange import TOKEN_VARIABLE, Request
from auditmock.checker.core.tokens import SHARED, UNKNOWN_TOKENS
from auditmock.checker.expect import expect
from auditmock.checker.page import listed
from auditmock.contract.support.errors import expect_error
from auditmock.contract.support.search_keys import places
from auditmock.openapi.contract import Contract, TokenLocation
from auditmock.openapi.releases import list_releases, open_release

pytestmark = pytest.mark.check("properties", "tokens", "#/components/securitySchemes")

QUERY = [("q", ""), ("limit", "1")]
OWN = f"${TOKEN_VARIABLE}"

UNKNOWN = "Nobody0000-0123456789012345678901"


def ordered(contract: Contract) -> list[tuple[TokenLocation, TokenLocation]]:
    """List all pairs of unlike places, the one that is looked at earlier first."""
    pairs = combinations(contract.token_locations, 2)
    return [(one, other) for one, other in pairs if one.place != other.place]


def label(token_location: TokenLocation) -> str:
    """Name a place in the id of a test."""
    return token_location.label


def reading(target: Client, place: str | None, sender: str = OWN) -> Request:
    """Make a request for one log, its token in some place or nowhere."""
    return Request("GET", target.path("get-audit-logs"), QUERY, token=place, sender=sender)


def test_nobody_is_refused(target: Client) -> None:
    """Without a token the answer is 401."""
    expect_error(target.send(reading(target, None)), 401)


BAD = {"empty": "", "unknown": UNKNOWN, "long": "x" * 300}


@pytest.mark.check("edges", "tokens", "#/components/securitySchemes")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_is_refused(target: Client, kind: str) -> None:
    """A token that is malformed or unknown is answered with 401."""
    expect_error(target.send(reading(target, "header", BAD[kind])), 401)


OWN_ID, OWN_SECRET = f"${{{TOKEN_VARIABLE}%%-*}}", f"${{{TOKEN_VARIABLE}#*-}}"
SPOILED = {
    "a letter more in the id": f"{OWN_ID}x-{OWN_SECRET}",
    "a letter more in the secret": f"{OWN_ID}-{OWN_SECRET}x",
    "a part more": f"{OWN_ID}-{OWN_SECRET}-x",
    "an empty secret": f"{OWN_ID}-",
    "no secret": OWN_ID,
    "two dashes": f"{OWN_ID}--{OWN_SECRET}",
    "in quotes": f"'{OWN_ID}-{OWN_SECRET}'",
    "as a bearer": f"Bearer {OWN_ID}-{OWN_SECRET}",
    "in capitals": f"${{{TOKEN_VARIABLE}^^}}",
    "another mark between": f"{OWN_ID}_{OWN_SECRET}",
}


@pytest.mark.check("edges", "tokens", "#/components/securitySchemes")
@pytest.mark.parametrize("kind", SPOILED)
def test_a_good_token_is_good_as_it_is(target: Client, kind: str) -> None:
    """The good token with something added, left out or changed is answered with 401."""
    if target.tokens.reveal(SPOILED[kind]) == target.tokens.first:
        pytest.skip(f"the token {kind} is the token")
    expect_error(target.send(reading(target, "header", SPOILED[kind])), 401)


@pytest.mark.check("edges", "tokens", "#/components/securitySchemes")
def test_a_cookie_is_read_as_it_is(target: Client) -> None:
    """What is escaped in a cookie is not read as what it would stand for in a URL."""
    expect_error(target.send(reading(target, "cookie", f"{OWN_ID}%2D{OWN_SECRET}")), 401)


def foreign(contract: Contract) -> list[str]:
    """List the places where other releases look for the token, but those that a log of addresses shows."""
    known = (
        token_location for name in list_releases() for token_location in open_release(name).token_locations
    )
    return sorted({each.label for each in known if each.place != "query"} - {*places(contract)})


@each("place", foreign)
def test_another_place_will_not_do(target: Client, place: str) -> None:
    """The token in a place that the contract does not name is answered with 401."""
    expect_error(target.send(reading(target, place)), 401)


@each("place", places)
def test_every_place_will_do(target: Client, place: str) -> None:
    """The token is good in each place the contract names."""
    exchange = target.send(reading(target, place))

    expect(exchange.status == 200, f"200 with the token in the {place}", exchange.status, exchange)


@requires("strict requests")
def test_an_empty_parameter_is_no_token(target: Client) -> None:
    """A place that holds nothing is passed over for the next one."""
    query = [*QUERY, ("coder_session_token", "")]
    exchange = target.send(reading(target, "header")._replace(query=query))

    expect(exchange.status == 200, "200 with the token in the header", exchange.status, exchange)


NAMES = ("xcoder_session_token", "Coder_Session_Token", "Coder-Session-Token", "session_token")
"""Names of cookies that hold no token."""


def test_another_name_will_not_do(target: Client) -> None:
    """The token in cookies and headers of names that are only alike is answered with 401.

    Parameters are left out: whoever logs addresses may know the right name alone.
    """
    headers = {"Cookie": "; ".join(f"{name}={OWN}" for name in NAMES), "X-Api-Key": OWN, "Authorization": OWN}

    expect_error(target.send(reading(target, None)._replace(headers=headers)), 401)


def other_places(contract: Contract) -> list[str]:
    """List the places of the token but its own header."""
    return [place for place in places(contract) if place != "header"]


@each("place", other_places)
def test_a_bad_token_is_refused_in_every_place(target: Client, place: str) -> None:
    """An unknown token is answered with 401 wherever it is."""
    expect_error(target.send(reading(target, place, UNKNOWN)), 401)


@pytest.mark.parametrize("name", UNKNOWN_TOKENS)
def test_the_mocks_own_people_read_nothing(target: Client, name: str) -> None:
    """The tokens a mock shows to everybody open nothing anywhere, but those of its owner and its auditor."""
    exchange = target.send(reading(target, "header", f"{name}-{SHARED}"))

    expect(exchange.status in {401, 403}, "401 or 403", exchange.status, exchange)


def test_a_member_reads_nothing(target: Client, member: str) -> None:
    """Whoever may not read is answered with 403, whatever is asked for."""
    query = [("q", "username:me action:create"), ("limit", "1")]

    expect_error(target.send(reading(target, "header", member)._replace(query=query)), 403)


MISTAKEN: Mapping[str, Mapping[str, Any]] = {
    "a parameter": {"query": [("limit", "x")], "token": "cookie"},
    "a search": {"query": [("q", "a:b:c"), ("limit", "1")], "token": "query"},
    "a cursor": {"query": [*QUERY, ("after_id", "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25")]},
    "the type": {"headers": {"Accept": "text/html"}},
}


@requires("roles first")
@pytest.mark.parametrize("mistake", MISTAKEN)
def test_the_role_is_looked_at_before_the_rest(target: Client, member: str, mistake: str) -> None:
    """Whoever may not read is told so before any mistake of the request, wherever the token is."""
    request = reading(target, "header", member)._replace(**MISTAKEN[mistake])

    expect_error(target.send(request), 403)


def with_a_bad_token(request: Request, token_location: TokenLocation, bad: str = UNKNOWN) -> Request:
    """Put a bad token in a place."""
    header, parameter = request._replace(token=token_location.label).carry(bad)
    return request._replace(
        headers=dict([header] if header else []), query=[*request.query, *([parameter] if parameter else [])]
    )


@each("earlier, later", ordered, label)
def test_the_first_place_counts(target: Client, earlier: TokenLocation, later: TokenLocation) -> None:
    """A bad token in an earlier place, of whatever kind, is not rescued by a good one in a later place."""
    bad = UNKNOWN if later.place == "query" else "x"
    expect_error(target.send(with_a_bad_token(reading(target, later.label), earlier, bad)), 401)


@each("earlier, later", ordered, label)
def test_later_places_do_not_count(target: Client, earlier: TokenLocation, later: TokenLocation) -> None:
    """A good token in an earlier place is not spoiled by a bad one in a later place."""
    exchange = target.send(with_a_bad_token(reading(target, earlier.label), later))

    expect(exchange.status == 200, "200", exchange.status, exchange)


def test_an_empty_place_does_not_count(target: Client) -> None:
    """An empty token in an earlier place leaves the matter to the later ones."""
    first = target.contract.token_locations[0]
    exchange = target.send(reading(target, "header")._replace(headers={"Cookie": f"{first.name}="}))

    expect(exchange.status == 200, "200", exchange.status, exchange)


def test_the_token_is_looked_at_first(target: Client) -> None:
    """Whoever is not signed in is told so before any mistake of the query."""
    request = Request("GET", target.path("get-audit-logs"), [("limit", "x")], token=None)

    expect_error(target.send(request), 401)


OF_CLIENT = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"


def test_answers_carry_their_headers(target: Client) -> None:
    """Every answer has the type, a build version, and an id of its own."""
    exchanges = [
        listed(target, "", limit=1).exchange,
        target.ask("a:b:c"),
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
        len(ids - {"", OF_CLIENT}) == len(exchanges), "a different request id each", sorted(ids), *exchanges
    )
    for exchange in exchanges:
        media_type = exchange.headers.get("content-type")
        expect(media_type == "application/json; charset=utf-8", "JSON in UTF-8", media_type, exchange)
        expect(bool(exchange.headers.get("x-coder-build-version")), "a build version", "none", exchange)
