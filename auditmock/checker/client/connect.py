"""Opens the client that the options describe."""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext, SSLError, create_default_context

import httpx

from auditmock.checker.client.client import Client
from auditmock.checker.core.option_types import SettingsError, reason_of
from auditmock.checker.core.options import Options
from auditmock.checker.core.rate import RateLimiter
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.rules.response_rules import ResponseChecker
from auditmock.openapi.contract import Contract


@contextmanager
def connect(
    options: Options, url: str, tokens: Tokens, contract: Contract, pace: RateLimiter
) -> Iterator[Client]:
    """Open a client for the deployment at a URL; raises SettingsError."""
    with _open_client(options) as client:
        yield Client(
            contract=contract,
            base_url=url.rstrip("/"),
            tokens=tokens,
            pace=pace,
            client=client,
            response_checker=ResponseChecker(contract),
            timeout=options.request_timeout,
            retries=options.retries,
        )


def _open_client(options: Options) -> httpx.Client:
    verify = _read_authorities(options.tls_verify)
    try:
        return httpx.Client(
            timeout=options.request_timeout, verify=verify, proxy=options.proxy or None, trust_env=False
        )
    except (ValueError, httpx.InvalidURL):
        raise SettingsError("--proxy: not a usable URL") from None


def _read_authorities(trust: str) -> SSLContext | bool:
    if trust in {"true", "false"}:
        return trust == "true"
    try:
        return create_default_context(cafile=trust)
    except SSLError:
        raise SettingsError(f"--tls-verify: {one_line(trust)} contains no readable certificates") from None
    except OSError as error:
        raise SettingsError(f"--tls-verify: cannot read {one_line(trust)}: {reason_of(error)}") from None
