"""What every page is sent with: nothing from other hosts, nothing inline, nothing kept, nothing framed."""

from hub.api.reply import Header, Reply

_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE_HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)


def page_reply(content: str, status: int = 200, cookies: list[str] | None = None) -> Reply:
    """A page that nobody may keep.

    Args:
        content: HTML.
        status: the HTTP status.
        cookies: values of `Set-Cookie`.
    """
    set_cookies = tuple((b"set-cookie", each.encode()) for each in cookies or ())
    kind = (b"content-type", b"text/html; charset=utf-8")
    return Reply(status, (kind, *PAGE_HEADERS, *set_cookies), content.encode())


def file_reply(content: bytes, headers: tuple[Header, ...]) -> Reply:
    """A file for the visitor to keep; its headers name it and its kind."""
    return Reply(200, (*headers, *PAGE_HEADERS), content)


def redirect(to: str, cookies: list[str] | None = None) -> Reply:
    """Send the browser elsewhere with GET: to a path of this site, or to the provider that signs people in."""
    set_cookies = tuple((b"set-cookie", each.encode()) for each in cookies or ())
    return Reply(303, ((b"location", to.encode()), *PAGE_HEADERS, *set_cookies), b"")


def cookie(name: str, value: str, *, secure: bool, seconds: int | None = None, strict: bool = False) -> str:
    """A cookie that no script can read.

    Args:
        name: its name; with the prefix `__Host-` it must be secure.
        value: without spaces, commas and semicolons.
        secure: whether it is for https alone.
        seconds: how long it lives, 0 to take it back; None for as long as the browser is open.
        strict: whether it stays away from requests that another site has begun.
    """
    parts = [f"{name}={value}", "Path=/", "HttpOnly", "SameSite=Strict" if strict else "SameSite=Lax"]
    parts += ["Secure"] if secure else []
    parts += [f"Max-Age={seconds}"] if seconds is not None else []
    return "; ".join(parts)
