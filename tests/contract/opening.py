"""Opening a deployment: the connection the settings ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from auditmock.contract.options import Options
from auditmock.contract.pace import Pace
from auditmock.contract.target import Target
from auditmock.contract.tokens import Tokens
from auditmock.contract.values import SettingsError
from auditmock.contract.watch import Watch
from auditmock.openapi import Contract


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
    """Raise SettingsError unless a URL is that of a deployment."""
    if not _is_address(url):
        raise SettingsError(f'"{url}" is no URL of a deployment; write it like https://coder.example.com')


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _open_client(options: Options) -> httpx.Client:
    verify = {"true": True, "false": False}.get(options.tls_verify, options.tls_verify)
    try:
        return httpx.Client(
            timeout=options.request_timeout, verify=verify, proxy=options.proxy or None, trust_env=False
        )
    except (OSError, ValueError, httpx.InvalidURL) as error:
        raise SettingsError(f"--tls-verify or --proxy cannot be used: {error}") from None
