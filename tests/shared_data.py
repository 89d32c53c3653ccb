"""Real receivables, mails, Slack and Stripe samples that lie beside the checkout and are read where they are."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


def sample_path(*parts: str) -> Path:
    """Return where a file or folder of that name stands, if it does.

    They are looked for in the folder ``PLIXO_SHARED_DATA``, then in ``../shared/data`` beside the checkout.
    """
    named = os.environ.get("PLIXO_SHARED_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    return folder.joinpath(*parts)


def shared_data(*parts: str) -> Path:
    """Return the file or folder of that name, or skip the test aloud where the samples are not at hand."""
    path = sample_path(*parts)
    if not path.exists():
        pytest.skip(f"NO SAMPLE DATA: {path} is missing; set PLIXO_SHARED_DATA to the folder that holds {parts[0]}/")
    return path
