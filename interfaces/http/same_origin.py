"""When a session cookie counts: a browser that was sent here by another site must not act for its user."""

from collections.abc import Mapping

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_counts(method: str, headers: Mapping[bytes, bytes], own_origin: str) -> bool:
    """For safe methods always; for others unless the browser says that the request comes from another origin.

    ``own_origin`` is ours as the client sees it. Programs send neither header, and nobody can make them send a cookie.
    """
    if method in SAFE:
        return True
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    return origin is None or origin.decode("latin-1").lower() == own_origin
