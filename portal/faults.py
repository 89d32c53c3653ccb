"""Faults: what a payer is told of a text or a file that cannot be taken; one table for every such form."""

from domain.commitments.dispute_refusals import DocumentsTooMany, DocumentUnusable
from domain.commitments.documents import LARGEST, MOST
from domain.kernel.refusals import Refusal
from portal.texts import Texts
from portal.uploads import Received

Errors = tuple[tuple[str, str], ...]
"""What could not be taken: the id of a field, and a sentence."""

MEGABYTES = LARGEST // 1024 // 1024

UNUSABLE = (DocumentUnusable, DocumentsTooMany)
"""Refusals that are about files alone, and that other files mend."""

STORE_SECONDS = 60
"""After so long somebody may come again whose file could not be kept or read, since the store does not answer."""

_NAME_SHOWN = 80


def text(t: Texts, typed: str, *, most: int, missing: str = "") -> str:
    """Return what is wrong with a text: too long, or missing where that has words; empty when nothing is."""
    if not typed.replace("\x00", "").strip():
        return t(missing) if missing else ""
    return t("act_text_long", most=most, now=len(typed)) if len(typed) > most else ""


def files(t: Texts, received: Received, *, form_comes_back: bool) -> str:
    """Return what is wrong with the files, or that they must be chosen again since the form comes back."""
    if received.fault:
        return t(received.fault, name=received.fault_name[:_NAME_SHOWN], most=MOST, size=MEGABYTES)
    return t("act_files_again") if form_comes_back and received.files else ""


def refused(t: Texts, no: Refusal) -> str:
    """Return what is said at the field of files of one of ``UNUSABLE``."""
    match no:
        case DocumentUnusable():
            return t("act_file_unusable", name=no.name[:_NAME_SHOWN], size=MEGABYTES)
        case DocumentsTooMany():
            return t("act_files_many", most=MOST)
        case _:
            return t("act_files_again")
