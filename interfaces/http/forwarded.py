"""Where a request really comes from: forwarding headers count only when a trusted proxy sent them."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

Headers = Mapping[bytes, bytes]
FORWARDING = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"via")
_HTTP_OF = {"ws": "http", "wss": "https"}


class Proxies:
    """``trusted`` are addresses and networks; ``("*",)`` is any."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._any = "*" in trusted
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(name) for name in trusted if name != "*"]

    def client(self, scope: Mapping[str, Any], headers: Headers) -> str:
        """The address of the client, ``""`` when there is none (a Unix socket).

        Of X-Forwarded-For, which every proxy extends on the right, the last address that is no trusted proxy counts.
        """
        peer = _peer(scope)
        if not self._trusts(peer):
            return peer
        named = [part.strip() for part in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")]
        hops = [address for address in named if _is_address(address)]
        if self._any and hops:
            return hops[0]
        if strangers := [address for address in hops if not self._trusts(address)]:
            return strangers[-1]
        real = headers.get(b"x-real-ip", b"").decode("latin-1").strip()
        return real if _is_address(real) else peer

    def origin(self, scope: Mapping[str, Any], headers: Headers) -> str:
        """Our own origin as the client sees it: ``https://ledger.example``."""
        scheme, host = str(scope.get("scheme", "http")), headers.get(b"host", b"").decode("latin-1")
        if self._trusts(_peer(scope)):
            scheme = _first(headers, b"x-forwarded-proto") or scheme
            host = _first(headers, b"x-forwarded-host") or host
        return f"{_HTTP_OF.get(scheme, scheme)}://{host}".lower()

    def _trusts(self, address: str) -> bool:
        if self._any:
            return True
        if not self._networks or not _is_address(address):
            return False
        return any(ip_address(address) in network for network in self._networks)


def _peer(scope: Mapping[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _first(headers: Headers, name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1").split(",")[0].strip()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
