"""The fork: the mock's own pages under `/_mock` go one way, everything else the other."""

from auditmock.core.asgi import App, Receive, Scope, Send

CONTROL = "/_mock"
"""Where the control API and its window are."""


class Fork:
    """An ASGI app in front of two."""

    def __init__(self, control: App, others: App) -> None:
        self._control = control
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered by one of them."""
        ours = scope["type"] == "http" and (scope["path"] + "/").startswith(CONTROL + "/")
        await (self._control if ours else self._others)(scope, receive, send)
