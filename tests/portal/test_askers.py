"""Who asks is told by our own proxies only, in the header that they write, whatever a stranger put before."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from portal import askers
from portal.askers import FORWARDED, X_FORWARDED_FOR, Proxies

PEER = "10.0.0.7"


def asked(proxies: Proxies, *lines: tuple[str, str]) -> str:
    request = make_mocked_request("GET", "/", headers=CIMultiDict(lines)).clone(remote=PEER)
    return askers.address(request, proxies)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("for=203.0.113.9", "203.0.113.9"),
        ("For=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
        ('for="203.0.113.9:4711"', "203.0.113.9"),
        ('for="[2001:db8:1:2:3:4:5:6]:4711"', "2001:db8:1:2::/64"),
        ('proto=https; for="[2001:db8:1:2::9]"', "2001:db8:1:2::/64"),
        ("for=198.51.100.1, for=203.0.113.9", "203.0.113.9"),
        ("for=_hidden", PEER),
        ("for=unknown", PEER),
        ("proto=https", PEER),
        ("", PEER),
    ],
)
def test_forwarded_is_read_as_rfc_7239_writes_it(value: str, seen: str) -> None:
    assert asked(Proxies(1, FORWARDED), ("Forwarded", value)) == seen


@pytest.mark.parametrize(
    "planted",
    [
        "for=198.51.100.1",
        'for="198.51.100.1',  # an open quotation does not swallow what the proxy appends
        'for="198.51.100.1, for=',
        "for=198.51.100.1;for=198.51.100.2",
        "for=198.51.100.1" + ", for=198.51.100.2" * 1000,
        ",,,;;;===",
        'for="\\"',
    ],
)
def test_what_a_stranger_wrote_before_our_proxy_is_not_believed(planted: str) -> None:
    assert asked(Proxies(1, FORWARDED), ("Forwarded", f"{planted}, for=203.0.113.9")) == "203.0.113.9"
    assert asked(Proxies(1, FORWARDED), ("Forwarded", planted), ("Forwarded", "for=203.0.113.9")) == "203.0.113.9"


def test_a_proxy_that_adds_a_line_of_its_own_is_believed_and_not_the_strangers_line() -> None:
    lines = (("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.9"))

    assert asked(Proxies(1), *lines) == "203.0.113.9"
    assert asked(Proxies(2), *lines) == "198.51.100.1"


@pytest.mark.parametrize(("header", "other"), [(X_FORWARDED_FOR, "Forwarded"), (FORWARDED, "X-Forwarded-For")])
def test_only_the_header_that_our_proxies_write_is_believed(header: str, other: str) -> None:
    planted = "for=198.51.100.1" if other == "Forwarded" else "198.51.100.1"

    assert asked(Proxies(1, header), (other, planted)) == PEER


def test_without_proxies_no_header_is_believed() -> None:
    assert asked(Proxies(0), ("X-Forwarded-For", "198.51.100.1"), ("Forwarded", "for=198.51.100.1")) == PEER
    assert asked(Proxies(0, FORWARDED), ("Forwarded", "for=198.51.100.1")) == PEER


def test_fewer_entries_than_proxies_means_that_somebody_came_another_way() -> None:
    assert asked(Proxies(3), ("X-Forwarded-For", "198.51.100.1, 203.0.113.9")) == PEER


@pytest.mark.parametrize("value", ["::ffff:203.0.113.9", "203.0.113.9:55555", "[::ffff:203.0.113.9]:1"])
def test_one_address_is_one_asker_however_a_proxy_writes_it(value: str) -> None:
    assert asked(Proxies(1), ("X-Forwarded-For", value)) == "203.0.113.9"
