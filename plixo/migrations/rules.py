"""Rules for migrations: what a change may not do to tables in use, and what to do instead."""

import re

from plixo.migrations import Migration

BASELINE = 2
"""The migration that makes the tables; whatever comes later finds them full and in use."""

_RULES = (
    (r"\bcreate\s+(unique\s+)?index\s+(?!concurrently\b)", "builds an index while nobody may write",
     "CREATE INDEX CONCURRENTLY, in a migration that is online"),
    (r"\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b", "writes the whole table anew",
     "add a column, fill it in pages, read the new one, drop the old one later"),
    (r"\balter\s+column\s+\S+\s+set\s+not\s+null\b", "reads the whole table while nobody may read it",
     "add CHECK (… IS NOT NULL) NOT VALID, and validate it in the next migration"),
    (r"\badd\s+(constraint\s+\S+\s+)?(check|foreign\s+key)\b(?![^;]*\bnot\s+valid\b)", "looks at every row",
     "add it NOT VALID, and VALIDATE CONSTRAINT in the next migration"),
    (r"\badd\s+(constraint\s+\S+\s+)?(unique|primary\s+key)\b(?!\s+using\s+index)", "builds an index under a lock",
     "build the index concurrently first, then ADD … USING INDEX"),
    (r"\badd\s+column\b[^;,]*\bnot\s+null\b(?![^;,]*\bdefault\b)", "fails on filled tables; old code cannot insert",
     "give it a constant DEFAULT"),
    (r"\badd\s+column\b[^;,]*\bdefault\s+[^;,]*(random|clock_timestamp|nextval|uuid)", "writes the whole table anew",
     "add it empty, and fill it in pages"),
    (r"\b(lock\s+table|cluster\b|vacuum\s+full|truncate\b|reindex\s+(?!.*concurrently))", "shuts everybody out",
     "find a way that does not"),
    (r"^\s*(update|delete\s+from)\s+\w+", "holds every row that it changes", "a job that changes pages of rows"),
)  # fmt: skip
"""What is looked for, what is wrong with it, and the way that is open."""

_CONTRACTING = re.compile(r"\b(drop\s+(table|column|constraint|view|function|trigger)|rename\s+(to|column))\b")


def broken(migration: Migration) -> list[str]:
    """Return which rules a migration of a running product breaks, as its author should read it."""
    text = re.sub(r"--[^\n]*", "", migration.sql()).lower()
    made_here = set(re.findall(r"create\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)", text))
    found = []
    for statement in text.split(";"):
        if (on := re.search(r"\b(?:on|alter\s+table|update)\s+(?:only\s+)?(\w+)", statement)) and on[1] in made_here:
            continue
        if re.match(r"\s*create\s+table", statement):
            continue
        found += [f"{wrong}: {instead}" for rule, wrong, instead in _RULES if re.search(rule, statement, re.MULTILINE)]
    if _CONTRACTING.search(text) and not migration.contracts:
        found.append("takes away what old code may need: contract in a later release, and say contracts=True")
    if "concurrently" in text and not migration.online:
        found.append("builds an index concurrently inside a transaction: say online=True")
    return found
