"""Entries of camt.053: a bank's statement in XML (ISO 20022), read a piece at a time, an entry as soon as it ends.

The file may come from anybody. A document type is refused, and with it every entity, and no other file is ever opened.
Of an entry only what is listed below is held, cut to what a bank may write; so memory does not grow with the file.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from domain.cash_application.bank_questions import NoCamt
from domain.kernel.speech import say
from domain.ledger.csv_import.sources import Tally

VERSIONS = frozenset({"02", "03", "04", "05", "06", "07", "08"})
"""Of camt.053.001 that are read: 02 is what most banks send, 08 what they change to."""

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)")

BLOCK = 1 << 16

MAX_DEPTH = 40

MAX_TEXT = 4000
"""Characters of one element; a bank writes at most 140 in most and 500 in any that is read here."""

MAX_DETAILS = 100_000
"""Transactions of one batch booking."""

MAX_TEXTS = 100
"""Texts about one transaction."""

_STATEMENT = "BkToCstmrStmt/Stmt"
_ACCOUNT = (f"{_STATEMENT}/Acct/Id/IBAN", f"{_STATEMENT}/Acct/Id/Othr/Id")
_ENTRY = f"{_STATEMENT}/Ntry"
_DETAIL = "NtryDtls/TxDtls"

_OF_ENTRY = {
    "Amt": "amount",
    "CdtDbtInd": "direction",
    "RvslInd": "reversal",
    "Sts": "status",
    "Sts/Cd": "status",
    "Sts/Prtry": "status",
    "BookgDt/Dt": "booked",
    "BookgDt/DtTm": "booked",
    "ValDt/Dt": "valued",
    "ValDt/DtTm": "valued",
    "AcctSvcrRef": "bank_reference",
    "NtryRef": "number",
    "AddtlNtryInf": "about",
}

_OF_DETAIL = {
    "Amt": "amount",
    "AmtDtls/TxAmt/Amt": "amount",
    "CdtDbtInd": "direction",
    "Refs/AcctSvcrRef": "bank_reference",
    "Refs/TxId": "number",
    "Refs/EndToEndId": "end_to_end",
    "RltdPties/Dbtr/Nm": "debtor",
    "RltdPties/Dbtr/Pty/Nm": "debtor",
    "RltdPties/UltmtDbtr/Nm": "ultimate_debtor",
    "RltdPties/UltmtDbtr/Pty/Nm": "ultimate_debtor",
    "RltdPties/DbtrAcct/Id/IBAN": "debtor_account",
    "RltdPties/DbtrAcct/Id/Othr/Id": "debtor_account",
    "RltdPties/Cdtr/Nm": "creditor",
    "RltdPties/Cdtr/Pty/Nm": "creditor",
    "RltdPties/CdtrAcct/Id/IBAN": "creditor_account",
    "RltdPties/CdtrAcct/Id/Othr/Id": "creditor_account",
    "RtrInf/Rsn/Cd": "returned",
    "RtrInf/Rsn/Prtry": "returned",
    "RtrInf/OrgnlBkTxCd/Prtry/Cd": "returned",
    "AddtlTxInf": "about",
}

_ALL_CHARGES = "Chrgs/TtlChrgsAndTaxAmt"
_CHARGES = frozenset({_ALL_CHARGES, "Chrgs/Amt", "Chrgs/Rcrd/Amt"})
"""What the bank kept: the sum, which comes first where it is told, and one by one in older and in newer versions."""

_TEXTS = {
    "RmtInf/Ustrd": "unstructured",
    "RmtInf/Strd/CdtrRefInf/Ref": "structured",
    "RmtInf/Strd/RfrdDocInf/Nb": "structured",
    "RmtInf/Strd/AddtlRmtInf": "structured",
}


@dataclass(slots=True)
class Charges:
    """What the bank kept, each with its currency, as they are written."""

    items: list[tuple[str, str]] = field(default_factory=list)
    summed: bool = False
    """Whether the one item is the sum of all."""

    def add(self, where: str, text: str, currency: str) -> None:
        """Keep another one; behind a sum nothing is added."""
        if self.summed or len(self.items) >= MAX_TEXTS:
            return
        self.items.append((text, currency))
        self.summed = where == _ALL_CHARGES


@dataclass(slots=True)
class Detail:
    """One transaction of an entry, by the names of its elements."""

    values: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    unstructured: list[str] = field(default_factory=list)
    structured: list[str] = field(default_factory=list)
    charges: Charges = field(default_factory=Charges)


@dataclass(slots=True)
class Entry:
    """One entry of a statement as the bank wrote it."""

    place: int
    """The how-manieth entry of the file."""
    account: str
    """The merchant's account."""
    values: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    charges: Charges = field(default_factory=Charges)
    details: list[Detail] = field(default_factory=list)


def is_xml(file: BinaryIO) -> bool:
    """Tell by its beginning whether a file is XML and no table."""
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    return head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n").startswith(b"<")


class Entries:
    """The entries of a camt.053 file, in its order; when all are taken, ``sha256`` tells which file it was."""

    def __init__(self, file: BinaryIO, tally: Tally, *, name: str) -> None:
        file.seek(0)
        self._file, self._tally, self._name = file, tally, name
        self._hash = hashlib.sha256()
        self.account = ""
        """The merchant's account, of the first statement that names one."""

    @property
    def sha256(self) -> str:
        """The digest of what was read so far."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[Entry]:
        """Yield them.

        Raises:
            NoCamt: It is another kind of file, a broken one, or one with a document type.
        """
        reading = _Reading(self._name)
        while block := self._file.read(BLOCK):
            self._hash.update(block)
            self._tally.more(len(block))
            yield from reading.taken(block)
            self.account = self.account or reading.account
        yield from reading.taken(b"", end=True)


class _Reading:
    """Hears of each element and keeps those of the entry that is open."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self.account = ""
        self._entry: Entry | None = None
        self._done: list[Entry] = []
        self._count = 0
        self._currency = ""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        self._parser = parser

    def taken(self, block: bytes, *, end: bool = False) -> list[Entry]:
        """Take the next bytes and return the entries that ended in them."""
        try:
            self._parser.Parse(block, end)
        except expat.ExpatError as error:
            raise NoCamt(say("{file} is no whole XML file: {fault}.", file=self._name, fault=str(error))) from None
        done, self._done = self._done, []
        return done

    def _doctype(self, *_: object) -> None:
        raise NoCamt(
            say(
                "{file} declares a document type or entities, which no bank's file does; it is not read.",
                file=self._name,
            )
        )

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, local = tag.rpartition(" ")
        if not self._path:
            self._require_camt(namespace, local)
        if len(self._path) >= MAX_DEPTH:
            raise NoCamt(say("{file} is nested deeper than any statement.", file=self._name))
        self._path.append(local)
        self._text, self._length, self._currency = [], 0, attributes.get("Ccy", "")
        where = "/".join(self._path[1:])
        if where == _STATEMENT:
            self.account = ""
        elif where == _ENTRY:
            self._count += 1
            self._entry = Entry(self._count, self.account)
        elif self._entry is not None and where == f"{_ENTRY}/{_DETAIL}":
            if len(self._entry.details) >= MAX_DETAILS:
                most = {"count": str(self._count), "file": self._name, "most": MAX_DETAILS}
                raise NoCamt(say("Entry {count} of {file} has more than {most} transactions.", **most))
            self._entry.details.append(Detail())

    def _require_camt(self, namespace: str, local: str) -> None:
        found = _NAMESPACE.fullmatch(namespace)
        if found is None or local != "Document":
            what = re.sub(r"[^\w.:-]", "", namespace.rpartition(":")[2])[:40] or local[:40]
            raise NoCamt(
                say(
                    "{file} is XML of another kind ({what}): a bank statement is camt.053. camt.052 tells of what is"
                    " not booked yet, camt.054 repeats a part of the statement.",
                    file=self._name,
                    what=what,
                )
            )
        if found[1] not in VERSIONS:
            known = ", ".join(sorted(VERSIONS))
            version = {"file": self._name, "version": found[1], "known": known}
            raise NoCamt(say("{file} is camt.053.001.{version}; known are the versions {known}.", **version))

    def _said(self, text: str) -> None:
        if self._length < MAX_TEXT:
            self._text.append(text)
            self._length += len(text)

    def _end(self, _: str) -> None:
        where = "/".join(self._path[1:])
        self._path.pop()
        text, self._text = "".join(self._text).strip()[:MAX_TEXT], []
        if self._entry is None:
            if where in _ACCOUNT and text:
                self.account = text
            return
        if where == _ENTRY:
            self._done.append(self._entry)
            self._entry = None
        elif text and where.startswith(f"{_ENTRY}/"):
            self._keep(where[len(_ENTRY) + 1 :], text)

    def _keep(self, where: str, text: str) -> None:
        assert self._entry is not None, "asked by whoever has one"
        if not where.startswith(f"{_DETAIL}/"):
            if where in _CHARGES:
                self._entry.charges.add(where, text, self._currency)
            elif (name := _OF_ENTRY.get(where)) is not None:
                self._entry.values.setdefault(name, text)
                if name == "amount":
                    self._entry.currency = self._entry.currency or self._currency
            return
        where, detail = where[len(_DETAIL) + 1 :], self._entry.details[-1]
        if where in _CHARGES:
            detail.charges.add(where, text, self._currency)
        elif (name := _OF_DETAIL.get(where)) is not None:
            if name == "amount" and name not in detail.values:
                detail.currency = self._currency
            detail.values.setdefault(name, text)
        elif (name := _TEXTS.get(where)) is not None:
            texts = detail.unstructured if name == "unstructured" else detail.structured
            if len(texts) < MAX_TEXTS:
                texts.append(text)
