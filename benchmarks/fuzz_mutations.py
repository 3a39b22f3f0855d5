"""Changes to real inputs: bytes, pieces, numbers, values of JSON; chosen by a seeded generator."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from typing import Any

MOST_BYTES = 3_000_000
# Pieces that have hurt readers: nesting, entities, marks of encodings, numbers at the edge.
TOKENS = (
    b"\0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\x1b[31m", b"\\ud800", b'"\\udc00"', "\u202e".encode(), "\u0130\u0131\ufb01\u1e9e".encode(),
    b"\r", b"\n\n", b"NaN", b"Infinity", b"-0", b"1e999", b"1e-999", b"9" * 5_000, b"-1",
    b"2147483648", b"18446744073709551616", b"0x10", b"true", b"null", b"[]", b"{}", b'""', b"'",
    b'"', b"<", b">", b"0000-00-00", b"9999-12-31", b"10000-01-01", b"2023-02-30",
    b"1970-01-01T00:00:00Z", b"[" * 20_000, b"{" * 20_000, b'{"a":' * 20_000, b"<div>" * 20_000,
    b"<table><tr><td>" * 3_000, b"<p>" * 50_000, b"&lt;" * 1_000, b"&#0;", b"&#xd800;",
    b"&#99999999;", b"<!--", b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<?xml encoding='utf-7'?>", b"charset=utf-16", b"charset=zip", b"\x1f\x8b\x08",
    b"PK\x03\x04", b"WARC/1.0\r\n", b"Content-Length: 99999999999\r\n", b"HTTP/1.1 200 OK\r\n",
    b"../../../etc/passwd", b"=cmd|' /C calc'!A0", b"javascript:alert(1)", b"http://[::1",
    b"x" * 200_000, b" " * 200_000, b"\n" * 100_000, b"A. " * 50_000, b"\\" * 50_000,
    b"a," * 50_000, b"-" * 50_000, "́".encode() * 50_000, b"%00", b"\xc2\xa0", b"\x85",
    b"\xe2\x80\xa8",
)  # fmt: skip
_NAMES = ("../x.txt", "/a.html", "a\\b.jsonl", "\x1b.md", "x" * 60_000, "é.warc", ".txt")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1e308, -1e308, 10**30, 0.5, 181, 91, "", " ", "x", "\u202e",
    "\ud800", "2023-03-14", "9999-99-99", "near", [], [[]], {}, {"a": 1}, [1, 2],
    [[0, 0], [1, 1]], [[[0, 0], [1, 1], [0, 1], [0, 0]]],
    [[[0, 0], [2, 2], [0, 2], [2, 0], [0, 0]]], "x" * 100_000, [0] * 10_000, "Polygon",
    "GeometryCollection", "\0",
)  # fmt: skip


def mutated(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Return an input that was changed, up to six times."""
    if data[:2] == b"PK" and rng.random() < 0.6:
        return _in_zip(data, others, rng)
    if data[:2] == b"\x1f\x8b" and rng.random() < 0.6:
        return gzip.compress(mutated(gzip.decompress(data), others, rng), 1, mtime=0)
    if data[:1] in (b"{", b"[") and rng.random() < 0.5:
        data = _in_json(data, rng)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 6))):
        data = _once(data, others, rng)[:MOST_BYTES]
    return data


def _once(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    to = min(len(data), at + rng.choice((1, 1, 2, 4, 16, 64, 1_000)))
    way = rng.randrange(9)
    if way == 0 and data:  # a bit
        at = min(at, len(data) - 1)
        return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
    if way == 1:
        return data[:at] + rng.randbytes(rng.choice((1, 2, 8))) + data[to:]
    if way == 2:
        return data[:at] + data[to:]
    if way == 3:
        return data[:at] + data[at:to] * rng.choice((2, 3, 50)) + data[to:]
    if way == 4:
        return data[:at]
    if way == 5:
        other = rng.choice(others)
        return data[:at] + other[rng.randrange(len(other) + 1) :]
    if way == 6:
        other = rng.choice(others)
        begin = rng.randrange(len(other) + 1)
        return data[:at] + other[begin : begin + rng.choice((4, 30, 300))] + data[to:]
    token = rng.choice(TOKENS)
    return data[:at] + token + data[at if way == 7 else to :]


def _in_json(data: bytes, rng: random.Random) -> bytes:
    """Change a value of JSON, or of a line of JSON Lines."""
    lines = data.split(b"\n")
    which = rng.randrange(len(lines))
    try:
        whole = json.loads(data)
    except ValueError:
        try:
            lines[which] = _dumped(_changed(json.loads(lines[which]), rng))
        except ValueError:
            return data
        return b"\n".join(lines)
    return _dumped(_changed(whole, rng))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def _changed(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        way = rng.random()
        if way < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return value | {key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        return [*value[:at], _changed(value[at], rng), *value[at + 1 :]]
    return rng.choice(VALUES)


def _in_zip(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Change a file of an archive, or its name, and pack it again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            called = name
            inner = old.read(name)
            how = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            if name == chosen:
                called = rng.choice(_NAMES) if rng.random() < 0.3 else name
                inner = mutated(inner, others, rng)
                how = rng.choice((how, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            new.writestr(zipfile.ZipInfo(called), inner, how)
    return out.getvalue()
