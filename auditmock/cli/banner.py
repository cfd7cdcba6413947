"""What the server says when it is ready: where it is, the tokens, and a first call."""

from collections.abc import Iterator

import click

from auditmock.core.errors import ApiError
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.version import VERSION

_A_LINE = 4


def write_banner(mock: MockState, url: str, settings: Settings) -> str:
    """Write the lines; the colours are for terminals, `click.echo` takes them out elsewhere."""
    listing = mock.contract.operations["get-audit-logs"].path
    header = next(
        token_location.name
        for token_location in mock.contract.token_locations
        if token_location.place == "header"
    )
    token = token_of(BuiltinUser.OWNER)
    curl = f"curl -H '{header}: {token}' '{url}{listing}?q=resource_type:workspace&limit=1'"
    title = f"auditmock {VERSION}: Coder's audit API {mock.contract.version}, {settings.release} release"
    asks = "   asks for the control token" if settings.control_token else ""
    lines = [
        click.style(title, bold=True),
        "",
        f"  API     {click.style(url + listing, fg='cyan')}   {mock.size:,} logs",
        f"  Docs    {click.style(url + '/docs', fg='cyan')}",
        f"  Window  {click.style(url + '/_mock/', fg='cyan')}{asks}",
        "",
        f"  Tokens, for the header {header}:",
        *_tokens(mock),
        "",
        *_scenarios(mock),
        "",
        "  A first call:",
        f"    {curl}",
        "",
        "  Ctrl-C stops the server.",
    ]
    return "\n".join(lines)


def _tokens(mock: MockState) -> Iterator[str]:
    for holder in BuiltinUser:
        token = token_of(holder)
        name = holder.name.lower().replace("_", "-")
        yield f"    {name:<10}  {click.style(token, fg='green')}  {_rights(mock, token)}"


def _scenarios(mock: MockState) -> Iterator[str]:
    """Tell the scenarios and their tokens, a few a line; the second half is anybody's own."""
    yield "  Scenarios, by the first half of a token:"
    told = [
        f"{name} {click.style(each.token, fg='green')}" for name, each in mock.scenarios.scenarios.items()
    ]
    for row in range(0, len(told), _A_LINE):
        yield "    " + ", ".join(told[row : row + _A_LINE])


def _rights(mock: MockState, token: str) -> str:
    """Say what a token is good for, as the contract's roles have it."""
    try:
        caller = mock.tokens.open(token.encode())
    except ApiError as error:
        return f"answered with {error.status}"
    allowed = [
        operation.method for operation in mock.contract.operations.values() if operation.roles & caller.roles
    ]
    return f"may {' and '.join(allowed)}" if allowed else "answered with 403"
