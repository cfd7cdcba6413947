"""The documentation site in front of an app that responds with 418."""

import asyncio

import httpx

from auditmock.core.asgi_types import Receive, Scope, Send
from auditmock.handlers.messages.response import Reply, send_reply
from auditmock.openapi.contract import load_contract
from auditmock.web.routes import CONTROL_REDIRECTS, DOCS_REDIRECTS, Site, control_pages, docs_pages

TOKEN = 'a-"token"</script>'  # noqa: S105 - no secret
CONTRACT = load_contract()


async def respond_teapot(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Stand in for the app behind the site."""
    await send_reply(Reply(418, (), b"from behind"), send)


SITE = Site(
    respond_teapot,
    {**docs_pages(CONTRACT, TOKEN), **control_pages(CONTRACT)},
    {**DOCS_REDIRECTS, **CONTROL_REDIRECTS},
)


def send_request(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Send one request to the site, with exactly these headers."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(SITE), base_url="http://mock") as client:
            client.headers.clear()
            return await client.request(
                method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )

    return asyncio.run(send())
