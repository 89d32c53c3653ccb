"""Slack's text markup as HTML; everything else in a text is escaped."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from markupsafe import Markup, escape

EMOJI: Mapping[str, str] = {
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "x": "❌",
    "warning": "⚠️",
    "rotating_light": "🚨",
    "double_vertical_bar": "⏸️",
    "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳",
    "moneybag": "💰",
    "credit_card": "💳",
    "bank": "🏦",
    "receipt": "🧾",
    "link": "🔗",
    "email": "✉️",
    "envelope": "✉️",
    "incoming_envelope": "📨",
    "mailbox": "📫",
    "inbox_tray": "📥",
    "outbox_tray": "📤",
    "no_entry": "⛔",
    "no_entry_sign": "🚫",
    "question": "❓",
    "exclamation": "❗",
    "bell": "🔔",
    "calendar": "📅",
    "date": "📅",
    "clock3": "🕒",
    "mag": "🔍",
    "lock": "🔒",
    "unlock": "🔓",
    "eyes": "👀",
    "wave": "👋",
    "tada": "🎉",
    "chart_with_upwards_trend": "📈",
    "red_circle": "🔴",
    "chart_with_downwards_trend": "📉",
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "large_orange_circle": "🟠",
    "large_blue_circle": "🔵",
    "white_circle": "⚪",
    "black_circle": "⚫",
    "page_facing_up": "📄",
    "memo": "📝",
    "pushpin": "📌",
    "paperclip": "📎",
    "bulb": "💡",
    "gear": "⚙️",
    "repeat": "🔁",
    "arrows_counterclockwise": "🔄",
    "leftwards_arrow_with_hook": "↩️",
    "speech_balloon": "💬",
    "telephone_receiver": "📞",
    "busts_in_silhouette": "👥",
    "bust_in_silhouette": "👤",
    "scales": "⚖️",
    "information_source": "ℹ️",
    "sparkles": "✨",
    "zap": "⚡",
    "fire": "🔥",
    "star": "⭐",
    "thumbsup": "👍",
    "+1": "👍",
    "thumbsdown": "👎",
    "-1": "👎",
    "point_right": "👉",
    "point_down": "👇",
    "arrow_right": "➡️",
    "package": "📦",
    "office": "🏢",
    "globe_with_meridians": "🌐",
    "shield": "🛡️",
    "broom": "🧹",
    "mute": "🔇",
    "no_bell": "🔕",
}
"""Short names that the product is likely to use; others stay as they were typed."""

_TOKEN = re.compile(
    r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|<(?P<angle>[^<>\n]+)>|(?P<emoji>:[a-z0-9_+\-]+:)", re.DOTALL
)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
)
_PLACE = re.compile("\ue000(\\d+)\ue001")

Names = Callable[[str], str]
"""The name of a person or channel for an id."""


def html(text: str, names: Names) -> Markup:
    """Return mrkdwn as HTML; only the markup of Slack becomes tags, only http, https and mailto become links."""
    kept: list[Markup] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(_token(match, names))
        return f"\ue000{len(kept) - 1}\ue001"

    plain = text.replace("\ue000", "").replace("\ue001", "")
    body = str(escape(_unescaped(_TOKEN.sub(keep, plain))))
    for pattern, tag in _STYLES:
        body = pattern.sub(tag, body)
    lines = [(f"<q>{line[4:].lstrip()}</q>" if line.startswith("&gt;") else line) for line in body.split("\n")]
    joined = "<br>".join(lines).replace("</q><br>", "</q>")
    return Markup(_PLACE.sub(lambda found: str(kept[int(found[1])]), joined))  # noqa: S704 - made of escaped parts


def plain(text: str) -> Markup:
    """Return plain text with short names of emoji shown as such."""
    body = re.sub(r":([a-z0-9_+\-]+):", lambda found: EMOJI.get(found[1], found[0]), str(escape(text)))
    return Markup(body.replace("\n", "<br>"))  # noqa: S704 - escaped above


def escaped(text: str) -> str:
    """Return what a person typed as Slack keeps it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(match: re.Match[str], names: Names) -> Markup:
    if match["block"] is not None:
        return Markup("<pre>{}</pre>").format(_unescaped(match["block"].strip("\n")))
    if match["code"] is not None:
        return Markup("<code>{}</code>").format(_unescaped(match["code"]))
    if match["emoji"] is not None:
        return Markup("{}").format(EMOJI.get(match["emoji"].strip(":"), match["emoji"]))
    return _angle(match["angle"], names)


def _angle(inner: str, names: Names) -> Markup:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return Markup('<span class="mention">@{}</span>').format(names(target[1:]))
    if target.startswith("#"):
        return Markup('<span class="mention">#{}</span>').format(label or names(target[1:]))
    if target.startswith("!date^"):
        return Markup("{}").format(_date(target, label))
    if target.startswith("!"):
        return Markup('<span class="mention">@{}</span>').format(label or target[1:].partition("^")[0])
    return link(_unescaped(target), _unescaped(label or target.removeprefix("mailto:")))


def link(address: str, label: str) -> Markup:
    """Return a link that opens a new tab; an address of another scheme stays text."""
    if not address.startswith(("http://", "https://", "mailto:")):
        return Markup("{}").format(label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(address, label)


def _date(target: str, fallback: str) -> str:
    """Return ``!date^stamp^format`` in words, in UTC."""
    parts = target.split("^")
    try:
        moment = datetime.fromtimestamp(int(parts[1]), UTC)
    except (ValueError, IndexError, OverflowError, OSError):
        return _unescaped(fallback)
    day = f"{moment.day} {moment:%b %Y}"
    forms = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date": day,
        "date_short": day,
        "date_long": f"{moment:%A}, {day}",
        "date_pretty": day,
        "date_short_pretty": day,
        "date_long_pretty": f"{moment:%A}, {day}",
        "time": f"{moment:%H:%M}",
        "time_secs": f"{moment:%H:%M:%S}",
        "ago": day,
    }
    words = parts[2] if len(parts) > 2 else "{date} {time}"
    return re.sub(r"\{([a-z_]+)\}", lambda found: forms.get(found[1], found[0]), words)
