"""Bytes become text strictly: by their mark, as UTF-8, or as someone said."""

from io import BytesIO

import pytest

from domain.ledger.csv_import import sources
from domain.ledger.csv_import.refusals import DelimiterUnclear, EncodingUnknown, FileUnreadable, OptionUnusable
from tests.domain.ledger.csv_import.files import ONE, a_request

UMLAUTS = "Größe;Café\nÄ;é\n"


def text_of(content: bytes, asked: str | None = None) -> str:
    """Return the whole text of a file."""
    file = BytesIO(content)
    encoding = sources.encoding_of(file, asked)
    return "".join("".join(block) for block in sources.blocks(sources.Bytes(file, lambda _: None), encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_the_bytes_tell_is_believed(encoding: str) -> None:
    assert text_of(UMLAUTS.encode(encoding)) == UMLAUTS


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-15", "utf-16-le", "utf-16-be", "utf-8"])
def test_what_was_said_is_believed(encoding: str) -> None:
    assert text_of(UMLAUTS.encode(encoding), encoding) == UMLAUTS


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_what_is_not_utf_8_is_asked_about(encoding: str) -> None:
    with pytest.raises(EncodingUnknown, match="--encoding"):
        text_of((UMLAUTS + "plain\n" * 100).encode(encoding))


@pytest.mark.parametrize("name", ["rot13", "idna", "base64", "klingon", "", "utf-7", "unicode_escape"])
def test_what_is_no_character_set_is_refused(name: str) -> None:
    with pytest.raises(OptionUnusable, match="cannot be read"):
        text_of(b"a", name)


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"PK\x03\x04rest", "spreadsheet"), (b"%PDF-1.7", "PDF"), (b"\x1f\x8b\x08", "compressed"), (b"", "empty")],
)
def test_what_is_no_csv_file_is_refused_by_name(content: bytes, what: str) -> None:
    with pytest.raises(FileUnreadable, match=what), sources.opened(a_request(content)):
        pass


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="longer than"):
        text_of(b"x" * (2 * sources.MAX_LINE))


def test_the_first_odd_byte_is_told_by_its_line() -> None:
    content = b"plain\n" * 70_000 + b"Caf\xe9\n" + b"plain\n" * 10

    with pytest.raises(EncodingUnknown, match="line 70001 holds the byte 0xE9"):
        text_of(content)


def test_a_stream_that_cannot_be_read_twice_is_copied() -> None:
    class Once(BytesIO):
        def seekable(self) -> bool:
            return False

    request = a_request(ONE)
    request = type(request)(kind="invoices", file_name="x.csv", stream=Once(ONE.encode()))

    with sources.opened(request) as file:
        assert file.read() == ONE.encode()
        file.seek(0)
        assert file.read() == ONE.encode()


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ("a|b", "|"), ('"x;y;z",b', ","), ("alone", ",")],
)
def test_the_delimiter_is_what_the_header_has_most_of(header: str, delimiter: str) -> None:
    assert sources.delimiter_of(header, None) == delimiter


def test_a_header_that_could_be_split_in_two_ways_is_asked_about() -> None:
    with pytest.raises(DelimiterUnclear, match="--delimiter"):
        sources.delimiter_of("a,b;c", None)


@pytest.mark.parametrize(("said", "delimiter"), [("semicolon", ";"), ("\\t", "\t"), ("tab", "\t"), ("|", "|")])
def test_a_delimiter_can_be_said(said: str, delimiter: str) -> None:
    assert sources.delimiter_of("a,b", said) == delimiter


def test_what_is_no_delimiter_is_refused() -> None:
    with pytest.raises(OptionUnusable, match="comma, semicolon, tab, pipe"):
        sources.delimiter_of("a,b", "dash")
