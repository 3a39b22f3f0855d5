"""Bytes to text: UTF-8, UTF-16 with a mark, else a detected encoding, never a binary file.

Nothing is normalised: line ends stay as they are, only a byte-order mark is dropped. The work is
linear in the size of the data, because an encoding is detected on a sample only.
"""

from __future__ import annotations

import codecs
import re

from geomap.errors import ArticleError

__all__ = ["decode"]

_SAMPLE_BYTES = 32_768
# Control characters that text does not hold; tab, line ends, form feed and escape are left out.
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b") + b"\x7f"
_MAX_CONTROL_SHARE = 0.02
# A file cut in the middle of a character is still UTF-8: most of what is not ASCII is in order.
_MIN_GOOD_PER_BAD = 10
# How formats announce themselves that may hold no NUL byte in a short file.
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "an RTF document"),
)
# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What reports of this field come in, likeliest first. A free choice among 90 encodings finds Big5
# in a curly quote, and Mac Cyrillic in Russian text that is windows-1251.
_LIKELY = ["cp1251", "cp1252", "koi8_u", "koi8_r", "cp866", "iso8859_5", "cp1250"]
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s{0,3}=\s{0,3}["']?([\w.:-]{1,40})""",
    re.IGNORECASE,
)


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    r"""Turn the bytes of a file into text.

    Parameters
    ----------
    data : bytes
        The whole file. Empty bytes give an empty text.
    declared : str | None
        The encoding that a server named; it counts for what is not UTF-8 and names none itself.

    Returns
    -------
    tuple[str, str | None]
        The text, without byte-order mark and otherwise unchanged, and a note for the user when the
        encoding had to be assumed or bytes could not be read (else None).

    Raises
    ------
    ArticleError
        If the bytes are not text: a picture, an archive, a PDF, or anything with NUL bytes.

    Examples
    --------
    >>> decode("Бахмут".encode())
    ('Бахмут', None)
    >>> decode(b"PK\x03\x04\x14\x00")
    Traceback (most recent call last):
    geomap.errors.ArticleError: is a ZIP archive or an office document, not text
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data, encoding), None
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ArticleError(f"is {what}, not text")
    if b"\0" in data or _control_share(data[:_SAMPLE_BYTES]) > _MAX_CONTROL_SHARE:
        raise ArticleError("is a binary file, not text")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return _decode_other(data, error.start, declared)


def _decode_marked(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ArticleError(f"is a binary file, not text (it begins like {encoding.upper()})")
    return text


def _decode_other(data: bytes, first_bad: int, named: str | None) -> tuple[str, str]:
    """Decode what is not clean UTF-8; `first_bad` is the offset of the first byte at fault."""
    text = data.decode("utf-8-sig", errors="replace")
    bad = text.count("\ufffd")
    # Characters outside ASCII, counted without a loop in Python.
    good = len(text) - len(text.encode("ascii", errors="ignore")) - bad
    if good >= _MIN_GOOD_PER_BAD * bad:
        return text, f"not clean UTF-8; {bad} unreadable bytes were replaced with U+FFFD"

    declared = _declared_encoding(data)
    if declared is not None:
        text = data.decode(declared, errors="replace")
        return text, f"not UTF-8; read as {_shown(declared)}, which the page declares"
    # Latin-1 is what servers say when nobody told them; it fits any bytes.
    codec = _codec(named or "")
    if codec is not None and codec != "iso8859-1":
        text = data.decode(codec, errors="replace")
        return text, f"not UTF-8; read as {_shown(codec)}, which the server declares"
    encoding = _detect(data[max(0, first_bad - 2_000) : first_bad + _SAMPLE_BYTES])
    if encoding is None:
        raise ArticleError("is a binary file, or text in an unknown encoding; save it as UTF-8")
    return data.decode(encoding, errors="replace"), f"not UTF-8; read as {_shown(encoding)}"


def _detect(sample: bytes) -> str | None:
    """Return the Python name of the likeliest encoding of a sample, None if it is not text."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_LIKELY).best()
    if best is not None:
        # Several may give the very same text; the commonest is the honest name.
        same = {best.encoding, *best.could_be_from_charset}
        return next((name for name in _LIKELY if name in same), best.encoding)
    # Short samples can be too odd for the detector: "café" and curly quotes are Western.
    text = sample.decode("cp1252", errors="replace")
    letters = sum(c.isalpha() or c.isspace() or c.isascii() for c in text)
    return "cp1252" if letters >= 0.9 * len(text) and "\ufffd" not in text else None


def _declared_encoding(data: bytes) -> str | None:
    """Return the encoding that an HTML page names in its first bytes, if Python knows it."""
    found = _DECLARED.search(data[:2_048])
    if found is None:
        return None
    return _codec(found[1].decode("ascii", "replace"))


def _codec(name: str) -> str | None:
    """Return Python's name of an encoding that is not Unicode's, None if it is no such thing."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Python also has codecs that are no character sets ("zip", "rot13"), which no page may choose.
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and not info.name.startswith(("utf", "idna", "punycode")) else None


def _control_share(sample: bytes) -> float:
    """Return the share of control characters among the bytes, 0-1."""
    if not sample:
        return 0.0
    return 1 - len(sample.translate(None, _CONTROL)) / len(sample)


def _shown(encoding: str) -> str:
    """Return the name that editors show for a Python codec."""
    return re.sub(r"^cp(125\d)$", r"windows-\1", encoding).replace("_", "-")
