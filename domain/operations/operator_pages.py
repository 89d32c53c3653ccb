"""Operator pages: the HTML of a short letter to one of the merchant's own people, made of the lines of its text."""

import html
from collections.abc import Sequence


def page(merchant: str, subject: str, lines: Sequence[str]) -> str:
    """Return the page; everything is escaped, and nothing in it leads anywhere or is loaded."""
    paragraphs = "".join(f'<p style="margin:0 0 12px">{html.escape(each)}</p>' for each in lines)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(subject)}</title></head>"
        '<body style="margin:0;padding:16px;font:16px/1.5 sans-serif;color:#1d1c1d;background:#ffffff">'
        f'<div style="max-width:600px"><h1 style="font-size:20px;margin:0 0 16px">{html.escape(subject)}</h1>'
        f'{paragraphs}<p style="color:#616061;margin:24px 0 0">{html.escape(merchant)}</p>'
        "</div></body></html>"
    )
