"""The text printed when the server is ready: addresses, tokens, scenarios and an example request."""

from collections.abc import Iterator

import click

from auditmock.core.errors import ApiError
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.version import VERSION

_PER_LINE = 4


def format_banner(mock: MockState, url: str, settings: Settings) -> str:
    """Format the banner with colours; `click.echo` strips them if stdout is not a terminal."""
    listing = mock.contract.operations["get-audit-logs"].path
    header = next(each.name for each in mock.contract.token_locations if each.place == "header")
    token = token_of(BuiltinUser.OWNER)
    curl = f"curl -H '{header}: {token}' '{url}{listing}?q=resource_type:workspace&limit=1'"
    title = f"auditmock {VERSION}: Coder's audit API {mock.contract.version}, release {settings.release}"
    sign_in = "   requires the control token" if settings.control_token else ""
    lines = [
        click.style(title, bold=True),
        "",
        f"  API        {click.style(url + listing, fg='cyan')}   {mock.size:,} logs",
        f"  Docs       {click.style(url + '/docs', fg='cyan')}",
        f"  Dashboard  {click.style(url + '/_mock/', fg='cyan')}{sign_in}",
        "",
        f"  Tokens for the header {header}:",
        *_tokens(mock),
        "",
        *_scenarios(mock),
        "",
        "  Example request:",
        f"    {curl}",
        "",
        "  Press Ctrl-C to stop.",
    ]
    return "\n".join(lines)


def _tokens(mock: MockState) -> Iterator[str]:
    for user in BuiltinUser:
        token = token_of(user)
        name = user.name.lower().replace("_", "-")
        yield f"    {name:<10}  {click.style(token, fg='green')}  {_rights(mock, token)}"


def _scenarios(mock: MockState) -> Iterator[str]:
    yield "  Token prefixes of the scenarios:"
    entries = [
        f"{name} {click.style(each.token, fg='green')}" for name, each in mock.scenarios.scenarios.items()
    ]
    for row in range(0, len(entries), _PER_LINE):
        yield "    " + ", ".join(entries[row : row + _PER_LINE])


def _rights(mock: MockState, token: str) -> str:
    try:
        caller = mock.tokens.open_session(token.encode())
    except ApiError as error:
        return f"rejected with {error.status}"
    allowed = [each.method for each in mock.contract.operations.values() if each.roles & caller.roles]
    return f"may {' and '.join(allowed)}" if allowed else "rejected with 403"
