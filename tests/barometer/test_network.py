import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from barometer.network import client_network


@pytest.mark.parametrize(
    "proxies, forwarded, network",
    [
        (0, "", "198.51.100.0/24"),
        (0, "203.0.113.9", "198.51.100.0/24"),
        (1, "203.0.113.9", "203.0.113.0/24"),
        (1, "192.0.2.1, 203.0.113.9", "203.0.113.0/24"),
        (2, "192.0.2.1, 203.0.113.9", "192.0.2.0/24"),
        (1, "2001:db8:1:2::3", "2001:db8:1::/48"),
        (1, "<script>", "unknown"),
    ],
)
def test_only_our_own_proxies_say_where_a_request_comes_from(
    settings: Settings, rf: RequestFactory, proxies: int, forwarded: str, network: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="198.51.100.7", headers={"x-forwarded-for": forwarded} if forwarded else None)
    assert client_network(request) == network
