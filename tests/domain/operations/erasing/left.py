"""What is left of a text anywhere: every column of every table, and every file of the store."""

from datetime import timedelta

from domain.kernel.core import Core


async def left_of(core: Core, text: str) -> list[str]:
    """Return where the text still stands, as ``table.column`` and keys of files."""
    columns = await core.database.rows(
        "SELECT c.table_name AS place, c.column_name AS name, c.data_type AS type FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        " AND c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea')"
    )
    found = []
    for each in columns:
        shown = f"encode({each['name']}, 'escape')" if each["type"] == "bytea" else f"{each['name']}::text"
        row = await core.database.row(
            f"SELECT count(*) AS n FROM {each['place']} WHERE strpos(lower({shown}), %s) > 0", (text.lower(),)
        )
        assert row is not None
        if row["n"]:
            found.append(f"{each['place']}.{each['name']}: {row['n']}")
    async for keys in core.files.older("", than=timedelta(0)):
        found += [key for key in keys if text.lower().encode() in (await core.files.get(key)).lower()]
    return found
