"""Fetching an issuer's keys: https, no redirect, little time, few bytes.

Imported when a key set is first fetched: pinned keys need no HTTP client.
"""

import asyncio
import ssl
from typing import Any

import httpx

from hub.identity.json_web import strict_object

SECONDS = 5.0
MOST_BYTES = 64 * 1024


async def fetch_jwks(uri: str, context: ssl.SSLContext | None = None) -> list[Any]:
    """Fetch a JSON Web Key Set.

    Args:
        uri: an https address, already checked against the issuer's host.
        context: what certificates are trusted; the system's where none is given.

    Returns:
        The set's member `keys`, unchecked.

    Raises:
        OSError: the answer did not come, was redirected, too long, or no key set; the text names no content.
    """
    if not uri.startswith("https://"):
        raise OSError("keys are fetched by https only")
    if context is None:
        # Reading the system's certificates takes tens of milliseconds.
        context = await asyncio.to_thread(ssl.create_default_context)
    try:
        async with asyncio.timeout(SECONDS):
            text = await _get(uri, context)
    except TimeoutError:
        raise OSError(f"no answer within {SECONDS:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"no answer ({type(error).__name__})") from None
    try:
        keys = strict_object(text).get("keys")
    except ValueError:
        raise OSError("the answer is not a JSON object") from None
    if not isinstance(keys, list):
        raise OSError("the answer has no list `keys`")
    return keys


async def _get(uri: str, context: ssl.SSLContext) -> bytes:
    # No proxy from the environment: the connection must end at the issuer's own host. No compression: a few
    # bytes must not unfold into many.
    client = httpx.AsyncClient(verify=context, trust_env=False, follow_redirects=False, timeout=SECONDS)
    headers = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}
    async with client, client.stream("GET", uri, headers=headers) as answer:
        if answer.status_code != httpx.codes.OK:
            raise OSError(f"answered with status {answer.status_code}")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise OSError("the answer is compressed")
        text = b""
        async for part in answer.aiter_raw():
            text += part
            if len(text) > MOST_BYTES:
                raise OSError(f"the answer is longer than {MOST_BYTES} bytes")
    return text
