"""The documentation in front of an app that answers 418, asked in this process."""

import asyncio

import httpx

from auditmock.core.asgi_types import Receive, Scope, Send
from auditmock.handlers.messages.response import Reply, send_reply
from auditmock.openapi.contract import load_contract
from auditmock.web.routes import CONTROL_REDIRECTS, DOCS_REDIRECTS, Site, control_pages, docs_pages

TOKEN = 'a-"token"</script>'  # noqa: S105 - no secret
CONTRACT = load_contract()


async def answer_teapot(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Stand for the app behind the site."""
    await send_reply(Reply(418, (), b"from behind"), send)


SITE = Site(
    answer_teapot,
    {**docs_pages(CONTRACT, TOKEN), **control_pages(CONTRACT)},
    {**DOCS_REDIRECTS, **CONTROL_REDIRECTS},
)


def ask(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Send one request to the site, with no headers but these."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(SITE), base_url="http://mock") as client:
            client.headers.clear()
            return await client.request(
                method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )

    return asyncio.run(send())
