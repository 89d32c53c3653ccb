"""The ladder: chart, else text in its place, else the sentence; always within Slack's limits."""

import json
from typing import Any

from bot import blocks, ladder
from bot.blocks import Message

TABLE: dict[str, Any] = {
    "type": "data_table",
    "caption": "Ageing",
    "rows": [
        [{"type": "raw_text", "text": "Bucket"}, {"type": "raw_text", "text": "Open"}],
        [{"type": "raw_text", "text": "1–30 days"}, {"type": "raw_number", "value": 1200}],
    ],
}
CHART: dict[str, Any] = {
    "type": "data_visualization",
    "title": {"type": "plain_text", "text": "Ageing"},
    "chart": {
        "type": "bar",
        "series": [{"name": "Open", "data": [{"label": "1–30", "value": 12}, {"label": "31–60", "value": 3}]}],
    },
}
PIE: dict[str, Any] = {
    "type": "data_visualization",
    "chart": {"type": "pie", "segments": [{"label": "EUR", "value": 7}, {"label": "USD", "value": 5}]},
}


def plain(*shown: dict[str, Any]) -> str:
    """Return the plainer form as text."""
    return json.dumps(list(ladder.plainer(shown)), ensure_ascii=False)


def test_a_table_becomes_lines_of_fixed_width() -> None:
    said = plain(TABLE)

    assert "rich_text_preformatted" in said
    assert "Ageing\\nBucket     Open\\n1–30 days  1200" in said


def test_a_chart_becomes_its_figures() -> None:
    said = plain(CHART, PIE)

    assert "1–30   12" in said
    assert "USD  5" in said


def test_a_picture_becomes_what_it_says() -> None:
    said = plain({"type": "image", "image_url": "https://a.example/x.png", "alt_text": "Over 90 days: 41,200 EUR"})

    assert "Over 90 days: 41,200 EUR" in said
    assert "image_url" not in said


def test_what_is_plain_already_stays_as_it_is() -> None:
    section = blocks.section("hello")

    assert list(ladder.plainer([section])) == [section]


def test_the_sentence_is_always_the_last_resort_and_shorter_still_after_it() -> None:
    forms = ladder.rungs(Message(text="x" * 5_000, blocks=(blocks.section("hello"), TABLE)))

    assert [len(each.blocks) for each in forms][-2:] == [0, 0]
    assert len(forms[-1].text) == ladder.SHORT
    assert all(len(each.text) <= 5_000 for each in forms)


def test_a_form_that_breaks_a_limit_is_left_out() -> None:
    forms = ladder.rungs(Message(text="hello", blocks=(blocks.section("a"),) * 60))

    assert [each.blocks for each in forms] == [()]


def test_a_long_table_says_how_much_is_left() -> None:
    rows = [[{"type": "raw_text", "text": str(number)}] for number in range(50)]

    assert "+20 more" in plain({"type": "table", "rows": rows})
