"""Slack's markup: what it means becomes tags, everything else stays text."""

import pytest

from sandbox import slack_mrkdwn


def html(text: str) -> str:
    return str(slack_mrkdwn.html(text, lambda some_id: {"U0ANNA": "Anna <b>", "C1": "ar"}.get(some_id, some_id)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold* _italic_ ~gone~", "<b>bold</b> <i>italic</i> <s>gone</s>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("line\nnext", "line<br>next"),
        ("&gt; quoted\nafter", "<q>quoted</q>after"),
        ("`*raw*` and ```a\n*b*```", "<code>*raw*</code> and <pre>a\n*b*</pre>"),
        (
            "<https://example.com/?a=1&amp;b=2|see>",
            '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">see</a>',
        ),
        (
            "<mailto:a@b.example|a@b.example>",
            '<a href="mailto:a@b.example" target="_blank" rel="noopener noreferrer">a@b.example</a>',
        ),
        ("<@U0ANNA>", '<span class="mention">@Anna &lt;b&gt;</span>'),
        ("<#C1>", '<span class="mention">#ar</span>'),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("<!date^1767225600^{date_short} at {time}|New Year>", "1 Jan 2026 at 00:00"),
        ("<!date^soon^{date}|some day>", "some day"),
        (":tada: :no_such_thing:", "🎉 :no_such_thing:"),
    ],
)
def test_markup_becomes_tags(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<javascript:alert(1)|click>",
        '<https://a.example/" onmouseover="x|y>',
        "<https://a.example|<img src=x onerror=y>>",
        "`<img src=x onerror=y>`",
        "\ue0000\ue001 <b>",
    ],
)
def test_hostile_text_becomes_no_tag(text: str) -> None:
    shown = html(text)

    assert "<script" not in shown
    assert "<img" not in shown
    assert "javascript:alert" not in shown or "href" not in shown
    assert 'onmouseover="' not in shown


def test_plain_text_is_escaped() -> None:
    assert str(slack_mrkdwn.plain("<b> :tada:\n*x*")) == "&lt;b&gt; 🎉<br>*x*"
