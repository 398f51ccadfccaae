"""The real application in this process, for what must be looked into or put off its course."""

import asyncio

import httpx

from hub.app import create_app


class InProcess:
    """One application with its lifespan, and clients that speak for principals.

    Args:
        installation: what it serves.

    Attributes:
        front: the application.
        road: what its routes work with.
    """

    def __init__(self, installation):
        self.installation = installation
        self.front = create_app(installation.directory)
        self._loop = asyncio.new_event_loop()
        self._life = self.front.lifespan(self.front)
        try:
            self.run(self._life.__aenter__())
        except BaseException:
            self._loop.close()
            raise
        transport = httpx.ASGITransport(self.front)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://hub.test")

    @property
    def road(self):
        return self.front.road

    def run(self, awaitable):
        """Let the application's loop run until something is done."""
        return self._loop.run_until_complete(awaitable)

    def ask(self, principal, method, path, **options):
        """One request; None speaks for nobody."""
        return self.run(self.request(principal, method, path, **options))

    def disclose(self, principal, subject, purpose, **more):
        """One disclosure about an identity number."""
        return self.run(self.asking(principal, subject, purpose, **more))

    def asking(self, principal, subject, purpose, **more):
        """The same, to be awaited, so that several can be asked at once."""
        body = {"subject": {"idno": subject}, "purpose": purpose} | more
        return self.request(principal, "POST", "/v1/disclosures", json=body)

    def request(self, principal, method, path, headers=None, **options):
        """One request, to be awaited."""
        held = self.installation.bearer(principal) if principal else {}
        return self._client.request(method, path, headers=held | (headers or {}), **options)

    def close(self):
        """End the lifespan."""
        self.run(self._client.aclose())
        self.run(self._life.__aexit__(None, None, None))
        self._loop.close()
