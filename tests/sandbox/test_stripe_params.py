"""Nested forms and the check against the SDK's types."""

from urllib.parse import parse_qsl

import pytest
from stripe.params.checkout import SessionCreateParams, SessionListParams

from sandbox import stripe_params
from sandbox.stripe_errors import StripeRefusal
from sandbox.stripe_forms import nested


def test_a_form_becomes_a_tree() -> None:
    tree = nested(parse_qsl("a=1&b[c]=2&d[0][e]=3&d[1][e]=4&f[]=5&f[]=6"))

    assert tree == {"a": "1", "b": {"c": "2"}, "d": [{"e": "3"}, {"e": "4"}], "f": ["5", "6"]}


@pytest.mark.parametrize("form", ["a=1&a[b]=2", "a[b]=2&a=1", "a[b=1", "]=1", "a" + "[b]" * 9 + "=1"])
def test_a_malformed_form_is_refused(form: str) -> None:
    with pytest.raises(StripeRefusal):
        nested(parse_qsl(form))


def test_texts_become_what_the_sdks_types_say() -> None:
    checked = stripe_params.checked(
        nested(parse_qsl("expires_at=17&adaptive_pricing[enabled]=false&metadata[n]=1&created[gte]=5")[:3]),
        SessionCreateParams,
    )
    listed = stripe_params.checked(nested(parse_qsl("limit=3&created[gte]=5")), SessionListParams)

    assert checked == {"expires_at": 17, "adaptive_pricing": {"enabled": False}, "metadata": {"n": "1"}}
    assert listed == {"limit": 3, "created": {"gte": 5}}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("nothing=1&none[of]=2", "Received unknown parameters: nothing, none"),
        ("line_items[0][price_data][unit_amount]=5", r"line_items\[0\]\[price_data\]\[currency\]"),
        ("mode=gift", "must be one of payment, setup or subscription"),
        ("expires_at=soon", "Invalid integer: soon"),
        ("adaptive_pricing[enabled]=maybe", "Invalid boolean: maybe"),
        ("success_url[a]=b", "must not be an object"),
        ("success_url[]=b", "must not be an array"),
        ("line_items=all", "must be an object or a list"),
        ("api_key=sk_test_1", "Received unknown parameter: api_key"),
    ],
)
def test_what_the_types_do_not_allow_is_refused(form: str, words: str) -> None:
    with pytest.raises(StripeRefusal, match=words):
        stripe_params.checked(nested(parse_qsl(form)), SessionCreateParams)
