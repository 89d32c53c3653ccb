"""Sender policy: SPF as RFC 7208 says, over a table of records, and over a name server of the test's own."""

from ipaddress import ip_address

import pytest

from domain.deliverability import sender_policy
from domain.deliverability.policy_terms import Macros, Malformed, expanded, parsed
from domain.deliverability.sender_records import Unanswered
from plixo.resolver import Dns
from tests.zones import Zone, serving

OURS = "192.0.2.10"
SIX = "2001:db8::cb01"


class Book:
    """Look-ups in a table of texts, addresses, exchangers and names; a name that begins with ``dead.`` is silent."""

    def __init__(self, **records: str) -> None:
        self.spf = {"acme.example": [], **{name.replace("_", "."): [text] for name, text in records.items()}}
        self.hosts = {
            "acme.example": ["192.0.2.10", "2001:db8::1"], "mx1.acme.example": ["192.0.2.20"],
            "mx2.acme.example": ["192.0.2.10"], "wide.example": ["192.0.2.250", "2001:db8::ffff"],
            "10.2.0.192.list.example": ["127.0.0.2"], "anna.acme.example": ["127.0.0.2"],
        }  # fmt: skip
        self.mx = {"acme.example": ["mx1.acme.example", "mx2.acme.example"],
                   "many.example": [f"mx{n}.many.example" for n in range(11)]}  # fmt: skip
        self.ptr = {OURS: ["other.example", "acme.example", "dead.acme.example"]}

    async def texts(self, name: str) -> tuple[str, ...]:
        """Look up TXT."""
        return tuple(self.spf.get(self._known(name), ()))

    async def addresses(self, name: str, *, six: bool) -> tuple[str, ...]:
        """Look up A or AAAA."""
        return tuple(each for each in self.hosts.get(self._known(name), ()) if (":" in each) is six)

    async def exchangers(self, name: str) -> tuple[str, ...]:
        """Look up MX."""
        return tuple(self.mx.get(self._known(name), ()))

    async def names(self, address: str) -> tuple[str, ...]:
        """Look up PTR."""
        return tuple(self.ptr.get(address, ()))

    def _known(self, name: str) -> str:
        if name.startswith("dead."):
            raise Unanswered("timeout")
        return name.lower().rstrip(".")


async def said(record: str, *, peer: str = OURS, sender: str = "anna@acme.example", **others: str) -> str:
    """Return what a record says of a sender."""
    book = Book(acme_example=record, **others)
    return await sender_policy.check(book, peer=peer, sender=sender, helo="mail.acme.example")


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1", "neutral"),
        ("v=spf10 -all", "none"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("V=SPF1  IP4:192.0.2.0/24  -ALL ", "pass"),
        ("v=spf1 ip4:192.0.2.11 -all", "fail"),
        ("v=spf1 ip4:192.0.2.11/0 -all", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "fail"),
        ("v=spf1 a -all", "pass"),
        ("v=spf1 a:wide.example -all", "fail"),
        ("v=spf1 a:wide.example/24 -all", "pass"),
        ("v=spf1 a:wide.example/24//64 -all", "pass"),
        ("v=spf1 a//64 -all", "pass"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 mx:many.example -all", "permerror"),
        ("v=spf1 ptr -all", "pass"),
        ("v=spf1 ptr:other.example -all", "fail"),
        ("v=spf1 exists:%{ir}.list.example -all", "pass"),
        ("v=spf1 exists:%{l}.%{d} -all", "pass"),
        ("v=spf1 exists:%{p}.nowhere.example -all", "fail"),
        ("v=spf1 -ip4:192.0.2.10 +all", "fail"),
        ("v=spf1 a:dead.example -all", "temperror"),
        ("v=spf1 ip4:192.0.2.10 a:dead.example -all", "pass"),
        ("v=spf1 include:dead.example -all", "temperror"),
        ("v=spf1 redirect=dead.example", "temperror"),
    ],
)
async def test_mechanisms_match_as_the_standard_says(record: str, result: str) -> None:
    assert await said(record) == result


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 ip4:192.0.2.10 sorry", "v=spf1 ip4:192.0.2.10 all:x.example", "v=spf1 ip4:192.0.2.10 ip4",
        "v=spf1 ip4:192.0.2.300", "v=spf1 ip4:192.0.2.10/33", "v=spf1 ip4:192.0.2.10/024", "v=spf1 ip6:192.0.2.10",
        "v=spf1 ip4:192.0.2.10/255.255.255.0", "v=spf1 a/33", "v=spf1 a//129", "v=spf1 a:", "v=spf1 include",
        "v=spf1 include:", "v=spf1 include:acme.example/24", "v=spf1 exists", "v=spf1 a:111.222.33.44",
        "v=spf1 a:%{x}.example", "v=spf1 a:%{c}.example", "v=spf1 a:100%.example", "v=spf1 a:%(d).example",
        "v=spf1 redirect=a.example redirect=b.example", "v=spf1 exp=a.example exp=b.example", "v=spf1 redirect=",
        "v=spf1 --all", "v=spf1 unknown=%{", "v=spf1 ip4:192.0.2.10 ä", "v=spf1 a:one", "v=spf1 exists:%{l0}.a.example",
    ],
)  # fmt: skip
async def test_any_mistake_makes_the_whole_record_an_error(record: str) -> None:
    assert await said(record) == "permerror"


@pytest.mark.parametrize(
    "record", ["v=spf1 color=red ip4:192.0.2.10", "v=spf1 exp=%{i}.why.example ip4:192.0.2.10", "v=spf1 x-y.z= +all"]
)
async def test_modifiers_that_nobody_knows_are_passed_over(record: str) -> None:
    assert await said(record) == "pass"


@pytest.mark.parametrize(
    ("inner", "result"),
    [("+all", "pass"), ("-all", "softfail"), ("~all", "softfail"), ("?all", "softfail"), ("sorry", "permerror"),
     ("include:none.example", "permerror")],
)  # fmt: skip
async def test_an_include_matches_only_what_passes_there(inner: str, result: str) -> None:
    assert await said("v=spf1 include:inner.example ~all", inner_example=f"v=spf1 {inner}") == result


async def test_a_redirect_takes_the_place_of_the_record_where_nothing_matched() -> None:
    other = {"other_example": "v=spf1 a:acme.example -all"}

    assert await said("v=spf1 redirect=other.example", **other) == "pass"
    assert await said("v=spf1 redirect=other.example ?all", **other) == "neutral"
    assert await said("v=spf1 redirect=none.example") == "permerror"


async def test_ten_look_ups_are_done_and_the_eleventh_is_an_error() -> None:
    ten = " ".join(["a:wide.example"] * 10)

    assert await said(f"v=spf1 {ten} -all") == "fail"
    assert await said(f"v=spf1 {ten} a -all") == "permerror"
    assert await said("v=spf1 include:acme.example") == "permerror", "a record that includes itself ends as well"


async def test_two_look_ups_may_find_nothing_and_the_third_is_an_error() -> None:
    assert await said("v=spf1 a:x1.example exists:x2.example -all") == "fail"
    assert await said("v=spf1 a:x1.example exists:x2.example mx:x3.example -all") == "permerror"


@pytest.mark.parametrize(
    ("peer", "sender", "result"),
    [
        ("::ffff:192.0.2.10", "anna@acme.example", "pass"),
        ("2001:db8::1", "anna@acme.example", "pass"),
        ("2001:db9::1", "anna@acme.example", "fail"),
        ("192.0.2.99", "anna@acme.example", "fail"),
        (OURS, "acme.example", "pass"),
        (OURS, "@acme.example", "pass"),
        (OURS, "anna@elsewhere.example", "none"),
        (OURS, "anna@localhost", "none"),
        (OURS, "anna@a..example", "none"),
        (OURS, f"anna@{'a' * 64}.example", "none"),
        (OURS, "", "none"),
        ("", "anna@acme.example", "none"),
        ("unix", "anna@acme.example", "none"),
    ],
)
async def test_senders_are_told_apart(peer: str, sender: str, result: str) -> None:
    assert await said("v=spf1 a -all", peer=peer, sender=sender) == result


async def test_two_records_are_an_error() -> None:
    book = Book(acme_example="v=spf1 +all")
    book.spf["acme.example"].append("v=spf1 -all")

    assert await sender_policy.check(book, peer=OURS, sender="anna@acme.example", helo="x") == "permerror"


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("%{s}", "strong-bad@email.example.com"), ("%{o}", "email.example.com"), ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"), ("%{d1}", "com"), ("%{dr}", "com.example.email"), ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"), ("%{l-}", "strong.bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"), ("%{h}", "mx.example.org"),
        ("a%%b%_c%-.%{d2}", "a%b c%20.example.com"), ("%{S}", "strong-bad%40email.example.com"),
        ("%{p}", "own.example"),
    ],
)  # fmt: skip
def test_macros_stand_for_what_the_standard_says(spec: str, name: str) -> None:
    sender, domain = "strong-bad@email.example.com", "email.example.com"
    address = ip_address("192.0.2.3")

    assert expanded(spec, Macros(address, sender, domain, "mx.example.org", "own.example")) == name


def test_an_ipv6_address_is_written_by_its_digits() -> None:
    address = ip_address(SIX)
    digits = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"

    assert expanded("%{ir}.%{v}", Macros(address, "a@b.example", "b.example", "", "")) == f"{digits}.ip6"


def test_a_name_that_grew_too_long_loses_labels_at_its_left() -> None:
    sender = ".".join(["abcdefghi"] * 30) + "@acme.example"

    name = expanded("%{l}.acme.example", Macros(ip_address(OURS), sender, "", "", ""))

    assert len(name) <= 253
    assert name.startswith("abcdefghi.")


def test_a_record_of_many_terms_is_taken_apart_at_once() -> None:
    with pytest.raises(Malformed):
        parsed("v=spf1 " + "a:" + "%{l" * 20_000)
    assert len(parsed("v=spf1 " + "ip4:192.0.2.1 " * 5000).mechanisms) == 5000


async def test_a_real_name_server_is_asked_for_every_sort_of_record() -> None:
    texts = {"acme.example": ["v=spf1 exists:no.acme.example mx a:six.acme.example -all"]}
    others = {("acme.example", "MX"): ["20 b.acme.example.", "10 a.acme.example."],
              ("a.acme.example", "A"): ["192.0.2.7"], ("b.acme.example", "A"): ["192.0.2.8"],
              ("six.acme.example", "AAAA"): ["2001:db8::7"],
              ("7.2.0.192.in-addr.arpa", "PTR"): ["a.acme.example."]}  # fmt: skip
    async with serving(Zone(texts, others)) as (zone, address):
        names = Dns([address])

        found = [await sender_policy.check(names, peer=each, sender="x@acme.example", helo="x")
                 for each in ("192.0.2.8", "2001:db8::7", "192.0.2.9")]  # fmt: skip
        exchangers, own = await names.exchangers("acme.example"), await names.names("192.0.2.7")
        zone.refuses = True
        silent = await sender_policy.check(names, peer=OURS, sender="x@acme.example", helo="x")

    assert found == ["pass", "pass", "fail"]
    assert (exchangers, own) == (("a.acme.example", "b.acme.example"), ("a.acme.example",))
    assert silent == "temperror"
