"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, ``0.0.0.0`` where none is known.

    ``settings.TRUSTED_PROXIES`` is the number of our own proxies: each adds the address it saw to the end of
    X-Forwarded-For, so the client is that many from the end, and what stands before can be forged.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    seen.append(request.META.get("REMOTE_ADDR", ""))
    address = seen[-min(settings.TRUSTED_PROXIES + 1, len(seen))]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return UNKNOWN


def client_network(request: HttpRequest) -> str:
    """Return the network of the client, /24 or /48, e.g. ``192.0.2.0/24``; ``unknown`` where none is known."""
    address = client_address(request)
    if address == UNKNOWN:
        return "unknown"
    parsed = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
