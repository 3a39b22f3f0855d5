from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles.decode import decode
from geomap.errors import ArticleError

UKRAINIAN = "Бої тривали біля Кремінної та Бахмута, повідомив у понеділок Генеральний штаб. " * 3
RUSSIAN = "Бои продолжались у Бахмута и Соледара, сообщили в понедельник официальные лица. " * 3


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"))))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    data = text.encode()
    if data.startswith(b"%PDF-") or data.startswith((b"GIF8", b"{\\rtf")):
        return
    decoded, note = decode(data)
    assert decoded == text.removeprefix("\ufeff")
    assert note is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_is_dropped(encoding: str) -> None:
    assert decode(UKRAINIAN.encode(encoding)) == (UKRAINIAN, None)


def test_big_endian_utf16() -> None:
    assert decode(codecs.BOM_UTF16_BE + UKRAINIAN.encode("utf-16-be")) == (UKRAINIAN, None)


def test_line_ends_and_composition_are_kept() -> None:
    text = "a\r\nb\rc\nZaporizhzhia\u0301"
    assert decode(text.encode())[0] == text


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (UKRAINIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8"),
        (
            "“It is calm,” he said near Lyman – for now. Élan and café. " * 5,
            "cp1252",
            "windows-1252",
        ),
    ],
)
def test_other_encodings_are_read_and_named(text: str, encoding: str, named: str) -> None:
    decoded, note = decode(text.encode(encoding))
    assert decoded == text
    assert note is not None
    assert note.startswith(f"not UTF-8; read as {named}")


def test_encoding_declared_by_a_page_is_used() -> None:
    page = '<html><head><meta charset="iso-8859-5"></head>' + RUSSIAN
    decoded, note = decode(page.encode("iso-8859-5"))
    assert RUSSIAN in decoded
    assert note == "not UTF-8; read as iso8859-5, which the page declares"


@pytest.mark.parametrize("codec", ["zip", "rot13", "no-such", "utf-16", "hex"])
def test_a_page_cannot_choose_a_strange_codec(codec: str) -> None:
    page = f'<meta charset="{codec}">'.encode() + RUSSIAN.encode("cp1251")
    assert RUSSIAN in decode(page)[0]


def test_utf8_cut_in_a_character_stays_utf8() -> None:
    decoded, note = decode(UKRAINIAN.strip().replace(".", "ї").encode()[:-1])
    assert decoded.startswith("Бої тривали")
    assert decoded.endswith("\ufffd")
    assert note == "not clean UTF-8; 1 unreadable bytes were replaced with U+FFFD"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x14\x00",
        b"%PDF-1.7\n%plain so far",
        b"\x1f\x8b\x08abc",
        b"text with\x00a NUL",
        bytes(range(1, 256)) * 4,
        codecs.BOM_UTF16_LE + b"a\x00\x00\x00",
    ],
)
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(ArticleError, match="not text"):
        decode(data)


def test_fifty_megabytes_of_legacy_text_are_read() -> None:
    data = RUSSIAN.encode("cp1251") * (50_000_000 // len(RUSSIAN))
    decoded, note = decode(data)
    assert len(decoded) == len(data)
    assert note is not None


def test_empty() -> None:
    assert decode(b"") == ("", None)
