"""Lists of the API: cursors, filters and ``expand``."""

from collections.abc import Callable, Sequence

from sandbox import stripe_ids
from sandbox.store import Json
from sandbox.stripe_books import Books
from sandbox.stripe_errors import invalid

MAX_EXPANDED_DEPTH = 4


def listed(rows: Sequence[Json], params: Json, *, url: str, fits: Callable[[Json], bool]) -> Json:
    """Return one page of *rows*, which come newest first.

    Raises:
        StripeRefusal: Limit or cursor is wrong.
    """
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("limit", f"Invalid limit: {limit}. Must be between 1 and 100.", code="parameter_invalid_integer")
    matching = [row for row in rows if fits(row) and _created_fits(row, params.get("created"))]
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("starting_after", "You cannot use both starting_after and ending_before.")
    if before:
        newer = matching[: _place(matching, before, "ending_before")]
        page, more = newer[-limit:], len(newer) > limit
    else:
        start = _place(matching, after, "starting_after") + 1 if after else 0
        page, more = matching[start : start + limit], len(matching) > start + limit
    return {"object": "list", "data": page, "has_more": more, "url": url}


def _place(rows: Sequence[Json], object_id: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == object_id:
            return place
    raise invalid(param, f"No such object: '{object_id}'", code="resource_missing")


def _created_fits(row: Json, wanted: Json | int | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, dict):
        at = row["created"]
        tests = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
        return all(tests[name](int(value)) for name, value in wanted.items())
    return bool(row["created"] == int(wanted))


def same(params: Json, *names: str) -> Callable[[Json], bool]:
    """Return a filter: each named parameter that was given must equal the row's field."""
    wanted = {name: params[name] for name in names if name in params}
    return lambda row: all(row.get(name) == value for name, value in wanted.items())


def expanded(books: Books, body: Json, paths: Sequence[str]) -> Json:
    """Return *body* with the objects of *paths* in the place of their ids.

    Raises:
        StripeRefusal: A path leads nowhere.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_EXPANDED_DEPTH + (steps[0] == "data"):
            raise invalid("expand", f"You cannot expand more than {MAX_EXPANDED_DEPTH} levels of a property: {path}")
        _expand(books, body, steps, path)
    return body


def _expand(books: Books, body: Json, steps: list[str], path: str) -> None:
    if not steps:
        return
    name = steps[0]
    if name == "data" and body.get("object") == "list":
        for row in body["data"]:
            _expand(books, row, steps[1:], path)
        return
    value = body.get(name)
    if value is None and (body["object"], name) in _INCLUDABLE:
        body[name] = value = _INCLUDABLE[body["object"], name](books, body)
    if isinstance(value, str):
        kind = stripe_ids.kind_of(value)
        found = books.find(kind, value) if kind else None
        if found is None:
            raise invalid("expand[0]", f"This property cannot be expanded ({path}).")
        body[name] = value = found
    elif value is None and name not in body:
        raise invalid("expand[0]", f"This property cannot be expanded ({path}).")
    if isinstance(value, dict):
        _expand(books, value, steps[1:], path)


def line_items(books: Books, session: Json) -> Json:
    """Return the first page of a session's line items."""
    items = books.hidden(session["id"]).get("items", [])
    return {
        "object": "list",
        "data": items[:10],
        "has_more": len(items) > 10,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def refunds(books: Books, charge: Json) -> Json:
    """Return the first page of a charge's refunds."""
    rows = [refund for refund in books.all("refund") if refund["charge"] == charge["id"]]
    return {
        "object": "list",
        "data": rows[:10],
        "has_more": len(rows) > 10,
        "url": f"/v1/charges/{charge['id']}/refunds",
    }


_INCLUDABLE = {("checkout.session", "line_items"): line_items, ("charge", "refunds"): refunds}
"""Lists that are left out unless they are asked for."""
