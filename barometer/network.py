"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_network(request: HttpRequest) -> str:
    """Return the network of the client, /24 or /48, e.g. ``192.0.2.0/24``.

    ``settings.TRUSTED_PROXIES`` is the number of our own proxies: each adds the address it saw to the end of
    X-Forwarded-For, so the client is that many from the end, and what stands before can be forged.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    seen.append(request.META.get("REMOTE_ADDR", ""))
    address = seen[-min(settings.TRUSTED_PROXIES + 1, len(seen))]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
