"""Megabytes that no newsroom writes: read to the end, in bounded memory.

No clock: what takes quadratic time on these takes hours.
"""

from __future__ import annotations

import datetime as dt
import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import geomap
from geomap.articles import split_sentences
from geomap.gazetteer.schema import Level
from geomap.toponyms.recognise import Recogniser
from geomap.toponyms.resolve import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap import Gazetteer, Pipeline

DAY = dt.date(2023, 3, 14)
MB = 1_000_000
PLANES = "".join(chr(c) for c in range(0, 0x110000))


@pytest.fixture(scope="module")
def read(gazetteer: Gazetteer) -> Callable[[str], Any]:
    """Find the mentions of a text and weigh them: the toponyms room alone."""
    recogniser, resolver = Recogniser(gazetteer), Resolver(gazetteer)

    def read(text: str) -> Any:
        mentions = recogniser.recognise(text, split_sentences(text))
        return resolver.read(text, mentions).resolutions

    return read


@pytest.fixture(scope="module")
def villages(gazetteer: Gazetteer) -> list[str]:
    """The names of 20,000 settlements."""
    rows = np.flatnonzero(np.asarray(gazetteer.level) == Level.SETTLEMENT).tolist()
    names = dict.fromkeys(gazetteer.place(row).name for row in rows[:60_000])
    assert len(names) >= 20_000
    return list(names)[:20_000]


def times(words: str, size: int = MB) -> str:
    return words * (size // len(words) + 1)


@pytest.mark.parametrize(
    "text",
    [
        times("THE ATTACK ON KREMINNA AND BAKHMUT WENT ON "),
        times("AAA-BBB "),
        "(" * 100_000 + "near Bakhmut" + ")" * 100_000,
        times("Bakhmut (", 900_000 // 2),
        times("Zzyz (all ", 500_000),
        "," * 100_000,
        times("Lyman,", 300_000),
        times("1,", 200_000),
        "Near Bakhmut, " + times("1,2.", 200_000),
        "A" * MB,
        "a" * MB,
        "B" + "akhmut" * (MB // 6),
        "Slov" + "’yans" * (MB // 6),
        times("U.S."),
        times("Go on. ", 500_000),
        "“" * 200_000 + "Bakhmut fell" + "”" * 200_000,
        times("“Bakhmut ‘", 500_000),
        "Near Bakhmut" + " " * MB + "and Lyman",
        "north of Lyman" + " " * MB + "x Bakhmut",
        "Bakhmut" + " " * MB + "(" + " " * MB + "all north of Lyman",
        "Bakhmut, 5" + "\u00a0" * MB + "km west of it",
        times("\n", MB),
        times("Novyi\u0301 🔥 Myr𝐀 ", 500_000),
    ],
    ids=itertools.count(),
)
def test_a_megabyte_is_read_to_its_end(read: Callable[[str], Any], text: str):
    for resolution in read(text):
        mention = resolution.mention
        assert text[mention.start : mention.end] == mention.text


def test_one_name_50_000_times_means_one_place(read: Callable[[str], Any]):
    found = read("Bakhmut " * 50_000)
    assert len({r.place for r in found}) == 1
    assert len(found) > 25_000


def test_every_character_there_is(read: Callable[[str], Any]):
    text = PLANES + " near Bakhmut."
    assert read(text)[-1].mention.text == "Bakhmut"
    spaced = " ".join(PLANES[::3])
    for resolution in read(spaced):
        mention = resolution.mention
        assert spaced[mention.start : mention.end] == mention.text


def test_blocs_without_end(read: Callable[[str], Any]):
    found = read("the West hit Bakhmut. " * 20_000)
    # A quadratic walk would make billions of comparisons.
    assert sum(r.mention.feature == "bloc" for r in found) == 20_000
    assert sum(r.mention.text == "Bakhmut" for r in found) == 20_000


def test_letters_in_a_list_without_end(read: Callable[[str], Any]):
    text = ", ".join(chr(65 + i % 26) for i in range(100_000))
    assert len(read(text)) <= 100_000


def test_sentences_without_end(pipeline: Pipeline):
    text = "Shells fell near Lyman. It was calm. " * 3_000
    report = pipeline.process(geomap.Article("a", text, date=DAY))
    assert len(report.sentences) == 6_000
    assert len({r.place for r in report.resolutions if r.mention.text == "Lyman"}) == 1


READ = """
import sys
from pathlib import Path
import geomap
from geomap.articles import split_sentences
from geomap.toponyms.recognise import Recogniser
from geomap.toponyms.resolve import Resolver

gazetteer = geomap.Gazetteer.open()
recogniser, resolver = Recogniser(gazetteer), Resolver(gazetteer)
for path in sys.argv[1:]:
    text = Path(path).read_text(encoding="utf-8")
    found = resolver.read(text, recogniser.recognise(text, split_sentences(text))).resolutions
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(len(found), int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to ask for memory")
def test_long_lists_take_little_memory(villages: list[str], tmp_path: Path):
    texts = (
        "Shells fell near Lyman.",
        # Each has a hundred namesakes, compared with hundreds of others: 0.7 GB if all at once.
        " ".join(f"Shells fell on Oleksandrivka (north of {v})." for v in villages[:1_000]),
        "Shells fell near " + ", ".join(villages[:10_000]) + ".",
    )
    paths = [tmp_path / f"{i}.txt" for i in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ, *map(str, paths)], capture_output=True, text=True, check=True
    )
    (one, begin), (namesakes, then), (listed, end) = (
        map(int, line.split()) for line in done.stdout.splitlines()
    )
    assert one == 1
    assert namesakes > 1_500
    assert then - begin < 220
    assert listed > 5_000
    assert end - begin < 350
