"""Opening a deployment: the connection the settings ask for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from auditmock.contract.exchange import TOKEN_VARIABLE
from auditmock.contract.options import Options
from auditmock.contract.pace import Pace
from auditmock.contract.plain import plain
from auditmock.contract.target import Target
from auditmock.contract.tokens import Tokens
from auditmock.contract.values import SettingsError
from auditmock.contract.watch import Watch
from auditmock.openapi import Contract

_SECRET = re.compile("@|[0-9A-Za-z]{16}")
"""What is not repeated, since it might be a password or a token."""
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


@contextmanager
def open_target(
    options: Options, url: str, tokens: Tokens, contract: Contract, pace: Pace
) -> Iterator[Target]:
    """Open the deployment at a URL; raises SettingsError when the settings are of no use."""
    with _open_client(options) as client:
        yield Target(
            contract=contract,
            base_url=url.rstrip("/"),
            tokens=tokens,
            pace=pace,
            client=client,
            watch=Watch(contract),
            timeout=options.request_timeout,
            retries=options.retries,
        )


def check_url(url: str) -> None:
    """Raise SettingsError unless a URL is that of a deployment, with nothing that no report may show."""
    if "?" in url or "#" in url:
        raise SettingsError(
            f'the URL of a deployment has no "?" and no "#"; a token belongs in ${TOKEN_VARIABLE}'
        )
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise SettingsError(
            f"the URL of a deployment has no user and no password; a token belongs in ${TOKEN_VARIABLE}"
        )
    if not _is_address(url):
        shown = "what is given" if _SECRET.search(url) else f'"{plain(url)}"'
        raise SettingsError(f"{shown} is no URL of a deployment; write it like https://coder.example.com")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # names of hosts are encoded here as they are when a connection is made
        named = bool(httpx.URL(url).host) and bool((parts.hostname or "").encode("idna"))
        return named and parts.scheme in {"http", "https"} and parts.port != 0 and not _SPACE.search(url)
    except (ValueError, httpx.InvalidURL):
        return False


def _open_client(options: Options) -> httpx.Client:
    verify = {"true": True, "false": False}.get(options.tls_verify, options.tls_verify)
    try:
        return httpx.Client(
            timeout=options.request_timeout, verify=verify, proxy=options.proxy or None, trust_env=False
        )
    except (OSError, ValueError, httpx.InvalidURL) as error:
        raise SettingsError(f"--tls-verify or --proxy cannot be used: {error}") from None
