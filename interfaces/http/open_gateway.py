"""The open gateway mode: without a configured key, programs on this machine may use the gateway, and nothing else."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from interfaces.http.forwarded import FORWARDING

LOOPBACK_NAMES = frozenset({"localhost", "localhost."})


def is_open(*, configured: bool, peer: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request without credentials may act as gateway administrator of the default tenant.

    ``configured`` says that there is a gateway key; ``peer`` is the address at the other end of the connection. A page
    of another site in a browser on this machine is refused: it sends its own Origin, or, having rebound its name to
    this machine, its own Host.
    """
    if configured or not _is_loopback(peer) or any(name in headers for name in FORWARDING):
        return False
    host = headers.get(b"host", b"").decode("latin-1").lower()
    if not _names_loopback(f"//{host}"):
        return False
    origin = headers.get(b"origin")
    return origin is None or origin.decode("latin-1").lower() in {f"http://{host}", f"https://{host}"}


def _names_loopback(url: str) -> bool:
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return False
    return name is not None and (name in LOOPBACK_NAMES or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
