"""Session tokens: finding them in requests, and opening sessions with them (reference 4.1, 4.2).

A token is `<id>-<secret>`, 10 and 22 letters or digits. The ID selects the user or the scenario, the secret
the world.
Tokens are kept as bytes, because Coder measures their length in bytes.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from auditmock.core.asgi_types import Scope
from auditmock.core.errors import ApiError, forbidden, inactive_user, scenario_not_found, signed_out
from auditmock.core.models import User
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.fixtures.worlds import Users, World, name_world
from auditmock.handlers.messages.query import find_go_value
from auditmock.handlers.messages.request import Headers, first_header, read_cookies
from auditmock.openapi.contract import TokenLocation

ID_LENGTH = 10
SECRET_LENGTH = 22
SHARED_SECRET = "0" * SECRET_LENGTH
"""Secret of the shared world."""

TOKEN_IDS: Mapping[BuiltinUser, str] = {
    BuiltinUser.OWNER: "Owner00000",
    BuiltinUser.AUDITOR: "Auditor000",
    BuiltinUser.MEMBER: "Member0000",
    BuiltinUser.USER_ADMIN: "UserAdmin0",
    BuiltinUser.SUSPENDED: "Suspended0",
    BuiltinUser.EXPIRED: "Expired000",
}


class Credential(NamedTuple):
    """The user and the scenario of a token ID; an empty scenario is the server's default.

    `error` is the response to every request with it; `roles` replace those of the holder.
    """

    holder: BuiltinUser
    scenario: str = ""
    error: ApiError | None = None
    roles: frozenset[str] | None = None


_PARTS = 2
_SECRET = re.compile(rb"[0-9A-Za-z]*")
_COOKIE_VALUE = re.compile(rb'"(?P<quoted>[ !#-:<-\[\]-~]*)"|(?P<plain>[ !#-:<-\[\]-~]*)')
"""Valid values of a cookie in Go, which ignores other cookies."""
_OTHER_HEADERS = frozenset({b"cookie", b"authorization"})
"""Other headers that can contain a token."""

_EXPIRED_AT = "2023-01-05 10:00:00.123456 +0000 UTC"
_NO_CREDENTIALS: Mapping[str, Credential] = MappingProxyType({})
_NO_RULES: Mapping[str, Any] = MappingProxyType({})


def token_of(holder: BuiltinUser, secret: str = SHARED_SECRET) -> str:
    return f"{TOKEN_IDS[holder]}-{secret}"


class Caller(NamedTuple):
    """An authenticated user, by number and name, and the world of the token.

    `organization` is the ID of the user's first organization.
    """

    number: int
    username: str
    roles: frozenset[str]
    world: World
    organization: str = ""

    def require_role(self, roles: frozenset[str]) -> None:
        """Raise ApiError (403) unless the caller has one of the roles."""
        if self.roles.isdisjoint(roles):
            wanted, held = " or ".join(sorted(roles)), " and ".join(sorted(self.roles)) or "member"
            raise forbidden(
                f"This operation requires the role {wanted}; {self.username} has the role {held}."
            )


class Tokens:
    def __init__(
        self,
        token_locations: tuple[TokenLocation, ...],
        world: Callable[[str], World],
        find_users: Callable[[str], Users],
        scenarios: Mapping[str, Credential] = _NO_CREDENTIALS,
        *,
        server: Mapping[str, Any] = _NO_RULES,
    ) -> None:
        """`world` opens a world and `find_users` finds its users, both by name; `scenarios` are by token ID.

        `server` is the contract's `x-server`. Without it, errors suggest a valid token.
        """
        self._token_locations = token_locations
        self._names = {each.place: each.name for each in reversed(token_locations)}
        self._header = self._names["header"].lower().encode()
        names = "|".join(re.escape(each.name) for each in token_locations if each.place == "query")
        # the token's parameter, or one with an escaped name, which may be the token's
        self._parameter = re.compile(rf"(?:\A|&)(?:{names}|[^=&%+]*[%+])".encode())
        people = {token_id: Credential(holder) for holder, token_id in TOKEN_IDS.items()}
        sessions = {name: _read_session(each) for name, each in server.get("sessions", {}).items()}
        credentials = {**scenarios, **people, **sessions}
        self._credentials = {token_id.encode(): each for token_id, each in credentials.items()}
        self._allowed_statuses = frozenset(server.get("signs_in", ("active",)))
        self._scenario_ids = {each.scenario: token_id for token_id, each in scenarios.items()}
        self._world = world
        self._find_users = find_users
        self._shared_sessions: dict[bytes, tuple[Caller, Users]] = {}
        suggestion = f'Send the header "{self._names["header"]}: {token_of(BuiltinUser.OWNER)}".'
        self._suggestion = "" if server else suggestion

    def find(self, headers: Headers, query: bytes, first: Mapping[bytes, bytes] | None = None) -> bytes:
        """Find the token of a request: the first that is not empty, in the contract's order of locations.

        `first` has the first value of each header, if the caller has it already.
        """
        first = dict(reversed(headers)) if first is None else first
        # nearly all clients send it in its header
        if _OTHER_HEADERS.isdisjoint(first) and not (query and self._parameter.search(query)):
            return first.get(self._header, b"")
        found = (find_token(each, headers, query) for each in self._token_locations)
        return next(filter(None, found), b"")

    def open_session(self, token: bytes) -> Caller:
        """Open a session; raises ApiError (401) if the token is invalid or its user is not active."""
        known = self._shared_sessions.get(token)
        if known is not None:
            caller, users = known
            if users is caller.world.users:
                return caller
        return self._sign_in(token)

    def authenticate(self, scope: Scope) -> Caller:
        """Open the session of a request's token; raises ApiError (401)."""
        return self.open_session(self.find(scope["headers"], scope["query_string"]))

    def token_for_world(self, world: str) -> str:
        """Build a token of a world: that of the world's scenario, or the owner's.

        Raises ApiError (404) if the scenario has no token.
        """
        scenario, _, secret = world.rpartition("@")
        if not scenario:
            return token_of(BuiltinUser.OWNER, secret)
        if scenario not in self._scenario_ids:
            raise scenario_not_found(scenario, self._scenario_ids)
        return f"{self._scenario_ids[scenario]}-{secret}"

    def _sign_in(self, token: bytes) -> Caller:
        holder, person, name = self.identify_token(token)
        world = self._world(name)
        roles = self._credentials[token[:ID_LENGTH]].roles
        caller = Caller(
            holder,
            person.username,
            frozenset(person.roles) if roles is None else roles,
            world,
            person.organization_ids[0] if person.organization_ids else "",
        )
        if name.endswith(SHARED_SECRET):
            # cached until the shared world has other users; private worlds are too many, and short-lived
            self._shared_sessions[token] = caller, world.users
        return caller

    def identify_token(self, token: bytes) -> tuple[BuiltinUser, User, str]:
        """Return the holder, the user and the world's name; opens no world. Raises ApiError (401)."""
        token_id, secret = self._split_token(token)
        credential = self._credentials.get(token_id)
        if credential is None:
            raise signed_out("API key is invalid.", self._suggestion)
        if not _SECRET.fullmatch(secret):
            raise signed_out("API key secret is invalid.", self._suggestion)
        if credential.holder is BuiltinUser.EXPIRED:
            raise signed_out(f'API key expired at "{_EXPIRED_AT}".', self._suggestion)
        if credential.error:
            raise credential.error
        world = name_world(secret.decode(), credential.scenario)
        person = self._find_users(world)[credential.holder]
        if person.status not in self._allowed_statuses:
            raise inactive_user(person.status, self._suggestion)
        return credential.holder, person, world

    def _split_token(self, token: bytes) -> tuple[bytes, bytes]:
        if not token:
            detail = f'Cookie "{self._names["cookie"]}" or query parameter must be provided.'
            raise signed_out(detail, self._suggestion)
        parts = token.split(b"-")
        if len(parts) != _PARTS:
            raise self._format_error("incorrect amount of API key parts", _PARTS, len(parts))
        token_id, secret = parts
        if len(token_id) != ID_LENGTH:
            raise self._format_error("invalid API key ID length", ID_LENGTH, len(token_id))
        if len(secret) != SECRET_LENGTH:
            raise self._format_error("invalid API key secret length", SECRET_LENGTH, len(secret))
        return token_id, secret

    def _format_error(self, problem: str, expected: int, found: int) -> ApiError:
        end = "." if self._suggestion else ""
        return signed_out(
            f"Invalid API key format: {problem}, expected {expected} got {found}{end}", self._suggestion
        )


def _read_session(session: Mapping[str, Any]) -> Credential:
    """Read a special session of the owner from `x-server.sessions`."""
    if "roles" in session:
        return Credential(BuiltinUser.OWNER, roles=frozenset(session["roles"]))
    error = ApiError(session["status"], session["message"], detail=session.get("detail", ""))
    return Credential(BuiltinUser.OWNER, error=error)


def _in_header(headers: Headers, _query: bytes, name: bytes) -> bytes:
    return first_header(headers, name.lower()) or b""


def _in_cookie(headers: Headers, _query: bytes, name: bytes) -> bytes:
    for written, value in read_cookies(headers):
        if written == name and (found := _COOKIE_VALUE.fullmatch(value)):
            return found["quoted"] or found["plain"] or b""
    return b""


def _in_bearer(headers: Headers, _query: bytes, name: bytes) -> bytes:
    scheme, _, token = _in_header(headers, b"", name).partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else b""


_FINDERS: Mapping[str, Callable[[Headers, bytes, bytes], bytes]] = {
    "header": _in_header,
    "cookie": _in_cookie,
    "query": lambda _headers, query, name: find_go_value(query, name),
    "bearer": _in_bearer,
}
"""Finders of the first value of a name, by kind of location."""


def find_token(token_location: TokenLocation, headers: Headers, query: bytes) -> bytes:
    """Find the token in one location; empty if there is none."""
    token = _FINDERS[token_location.place](headers, query, token_location.name.encode())
    return token.strip() if token_location.trimmed else token
