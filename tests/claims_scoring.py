"""Scoring of claims against `data/claim_sentences.toml`; its head says how the table is read.

`python -m tests.claims_scoring` prints the figures and all disagreements; with words, only of the
sections whose names hold one of them. A word that ends in `.toml` is the path of another table.
"""

from __future__ import annotations

import datetime as dt
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import geomap
from geomap.models import Modality, Relation, SourceKind

TABLE = Path(__file__).parent / "data" / "claim_sentences.toml"
DAY = dt.date(2024, 5, 8)  # a Wednesday
ACTIONS = frozenset(
    {
        "captured", "liberated", "advanced", "held", "withdrawn", "repelled attack", "attacked",
        "counterattacked", "shelled", "struck", "encircled", "infiltrated", "lost", "contested",
        "present",
    }
)  # fmt: skip
WINDS = frozenset({"N", "NE", "E", "SE", "S", "SW", "W", "NW", "NNE", "NNW", "SSE", "SSW"})
WINDS_FURTHER = frozenset({"ENE", "ESE", "WNW", "WSW"})
CORE = ("actor", "action", "place", "negated")
MEASURED = ("relation", "modality", "attribution", "source_kind", "event_date")
COMPARED = ("actor", "action", "place", "relation", "part", "direction", "distance_km", "negated")
KEYS = frozenset({*COMPARED, "modality", "attribution", "source_kind", "event_date", "optional"})

Entry = dict[str, Any]
Row = dict[str, Any]


@dataclass
class Tally:
    """What agrees and what does not: pairs of wanted and found claims, the missed, the extra."""

    pairs: list[tuple[str, Entry, Row]] = field(default_factory=list)
    missed: list[tuple[str, Entry]] = field(default_factory=list)
    extra: list[tuple[str, Row]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.pairs += other.pairs
        self.missed += other.missed
        self.extra += other.extra

    @property
    def precision(self) -> float:
        return len(self.pairs) / max(1, len(self.pairs) + len(self.extra))

    @property
    def recall(self) -> float:
        return len(self.pairs) / max(1, len(self.pairs) + len(self.missed))

    def share(self, key: str) -> float:
        """Return in how many of the matched claims a field is right."""
        return sum(agrees(key, w, f) for _, w, f in self.pairs) / max(1, len(self.pairs))

    def share_of_marked(self, key: str) -> tuple[int, int]:
        """Return how often a field is right where the table or the claim says something in it."""
        usual = {"modality": "stated", "source_kind": "reporter"}.get(key)
        marked = [
            agrees(key, w, f)
            for _, w, f in self.pairs
            if w[key] != (usual or "") or f[key] != usual
        ]
        return sum(marked), len(marked)


def load(path: Path = TABLE) -> dict[str, list[Entry]]:
    """Return the sections of the table, each claim with all its fields filled."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: [_filled(entry) for entry in entries] for name, entries in table.items()}


def _filled(entry: Entry) -> Entry:
    common = entry.get("common", {})
    claims = []
    for given in entry["claims"]:
        claim = common | given
        usual = {
            "actor": "", "relation": "", "part": "", "direction": "", "distance_km": None,
            "negated": False, "modality": "stated", "attribution": "", "event_date": "",
            "source_kind": "unknown" if claim.get("attribution") else "reporter",
            "optional": False,
        }  # fmt: skip
        claims.append(usual | claim)
    day = dt.date.fromisoformat(entry["date"]) if "date" in entry else DAY
    return {"text": entry["text"], "date": day, "claims": claims, "keys": set(entry)}


def problems(table: dict[str, list[Entry]]) -> list[str]:
    """Return what is wrong with the rows of the table themselves."""
    told = []
    for section, entries in table.items():
        for entry in entries:
            unknown = entry["keys"] - {"text", "date", "claims", "common"}
            wrong = [f"keys {unknown}"] if unknown else []
            for claim in entry["claims"]:
                wrong += _problems_of(claim, entry["text"])
            told += [f"{section}: {entry['text']}: {w}" for w in wrong]
    texts = Counter(entry["text"] for entries in table.values() for entry in entries)
    return told + [f"twice: {text}" for text, n in texts.items() if n > 1]


def _problems_of(claim: Entry, text: str) -> list[str]:
    allowed: dict[str, frozenset[str]] = {
        "actor": frozenset({"", "Russia", "Ukraine"}),
        "action": ACTIONS,
        "relation": frozenset({"", *get_args(Relation)}),
        "part": WINDS | WINDS_FURTHER | {""},
        "direction": WINDS | WINDS_FURTHER | {""},
        "modality": frozenset(get_args(Modality)),
        "source_kind": frozenset(get_args(SourceKind)),
    }
    if missing := KEYS - claim.keys() or claim.keys() - KEYS:
        return [f"fields missing or unknown: {sorted(missing)}"]
    wrong = [
        f"{key} {claim[key]!r}"
        for key, values in allowed.items()
        if claim[key] != "any" and not set(claim[key].split("|")) <= values
    ]
    for key in ("place", "attribution"):
        if claim[key] != "any" and any(w not in text for w in claim[key].split("|")):
            wrong.append(f"{key} {claim[key]!r} is not in the sentence")
    for day in claim["event_date"].split("|"):
        if day not in ("", "any") and not _is_day(day):
            wrong.append(f"event_date {day!r}")
    if not claim["place"]:
        wrong.append("no place")
    if claim["modality"] == "denied" and not claim["negated"]:
        wrong.append("denied but not negated")
    in_vain_and_yet_done = claim["action"] in ("attacked", "counterattacked")
    if claim["modality"] == "failed" and claim["negated"] == in_vain_and_yet_done:
        wrong.append("an attack in vain took place, anything else in vain did not")
    unnamed = {"unknown", "any"} & set(claim["source_kind"].split("|"))
    if claim["modality"] == "claimed" and not claim["attribution"] and not unnamed:
        wrong.append("claimed by nobody")
    if claim["attribution"] not in ("", "any") and claim["source_kind"] == "reporter":
        wrong.append("a speaker who is the reporter")
    return wrong


def _is_day(words: str) -> bool:
    try:
        dt.date.fromisoformat(words)
    except ValueError:
        return False
    return True


def read(pipeline: geomap.Pipeline, entry: Entry) -> list[Row]:
    """Return the claims that the pipeline finds in a sentence, those about no place left out."""
    text = entry["text"]
    claims = pipeline.process(geomap.Article("a", text, date=entry["date"])).claims
    return [_row(claim, text) for claim in claims if claim.place or claim.place_start is not None]


def _row(claim: geomap.Claim, text: str) -> Row:
    row = {key: getattr(claim, key) for key in (*COMPARED, *MEASURED)}
    row["words"] = text[claim.place_start :] if claim.place_start is not None else None
    row["event_date"] = claim.event_date.isoformat() if claim.event_date else None
    return row


def agrees(key: str, wanted: Entry, found: Row) -> bool:
    """Tell whether a field of a found claim is as the table has it; `relation` is all of how."""
    if key == "relation":
        wind = "|".join(w for w in (wanted["part"], wanted["direction"]) if w)
        km, told = wanted["distance_km"], found["distance_km"]
        return (
            _one_of(wanted["relation"], found["relation"])
            and (wanted["relation"] == "any" or _one_of(wind, found["part"] or found["direction"]))
            and (km is None) == (told is None)
            and (km is None or abs(km - told) <= 0.01 * km)
        )
    if key == "negated":
        return bool(wanted["negated"] == found["negated"])
    if key == "place":
        if found["words"] is not None:
            return any(found["words"].startswith(w) for w in wanted["place"].split("|"))
        return _one_of(wanted["place"], found["place"])
    if key == "attribution":
        return _speakers_agree(wanted["attribution"], found["attribution"])
    return _one_of(wanted[key], found[key])


def _one_of(wanted: str, found: str | None) -> bool:
    return wanted == "any" or (found or "") in wanted.split("|")


def _speakers_agree(wanted: str, found: str | None) -> bool:
    if wanted == "any" or (not found and "" in wanted.split("|")):
        return True
    said = _bare(found or "")
    wishes = [_bare(w) for w in wanted.split("|") if w]
    return bool(said) and any(w in said or said in w for w in wishes)


def _bare(words: str) -> str:
    return words.casefold().replace("’", "'").removeprefix("the ").removeprefix("a ").strip()


def compare(text: str, wanted: list[Entry], found: list[Row]) -> Tally:
    """Pair the claims of one sentence, those that agree in most first.

    An optional claim only excuses a found one that agrees with it in everything.
    """
    tally = Tally()
    must = [w for w in wanted if not w["optional"]]
    ranked = sorted(
        (-sum(agrees(k, w, f) for k in MEASURED), i, j)
        for i, w in enumerate(must)
        for j, f in enumerate(found)
        if all(agrees(k, w, f) for k in CORE)
    )
    of_wanted: dict[int, int] = {}
    for _, i, j in ranked:
        if i not in of_wanted and j not in of_wanted.values():
            of_wanted[i] = j
    tally.pairs = [(text, must[i], found[j]) for i, j in sorted(of_wanted.items())]
    tally.missed = [(text, w) for i, w in enumerate(must) if i not in of_wanted]
    excuses = [w for w in wanted if w["optional"]]
    for j, f in enumerate(found):
        if j in of_wanted.values():
            continue
        excuse = next(
            (w for w in excuses if all(agrees(k, w, f) for k in (*CORE, *MEASURED))), None
        )
        if excuse is None:
            tally.extra.append((text, f))
        else:
            excuses.remove(excuse)
    return tally


def measure(pipeline: geomap.Pipeline, table: dict[str, list[Entry]]) -> dict[str, Tally]:
    """Return what agrees, by section."""
    tallies = {}
    for section, entries in table.items():
        tallies[section] = Tally()
        for entry in entries:
            tallies[section].add(compare(entry["text"], entry["claims"], read(pipeline, entry)))
    return tallies


def total(tallies: dict[str, Tally]) -> Tally:
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    return whole


def in_short(claim: Entry | Row) -> str:
    """Return a claim in a line: who did what where, and all that is not usual in it."""
    how = [str(claim[k]) for k in ("relation", "part", "direction", "distance_km") if claim[k]]
    said = [
        str(claim[k]) for k in ("modality", "attribution", "source_kind", "event_date") if claim[k]
    ]
    never = "NOT " if claim["negated"] else ""
    place = " ".join([claim["place"] or "?", *(f"({h})" for h in how)])
    return f"{claim['actor'] or '-'} {never}{claim['action']} {place} [{', '.join(said)}]"


def disagreements(tally: Tally) -> list[str]:
    """Return the sentences with all that is wrong in them, the worst first."""
    wrong: dict[str, list[str]] = {}
    weight: Counter[str] = Counter()
    for text, claim in tally.missed:
        wrong.setdefault(text, []).append(f"  missed  {in_short(claim)}")
        weight[text] += 10
    for text, row in tally.extra:
        wrong.setdefault(text, []).append(f"  extra   {in_short(row)}")
        weight[text] += 10
    for text, claim, row in tally.pairs:
        keys = [key for key in MEASURED if not agrees(key, claim, row)]
        if keys:
            wrong.setdefault(text, []).append(
                f"  differs {in_short(row)}\n   wanted {in_short(claim)}: {', '.join(keys)}"
            )
            weight[text] += len(keys)
    return ["\n".join([text, *wrong[text]]) for text in sorted(wrong, key=lambda t: -weight[t])]


def figures(tallies: dict[str, Tally]) -> str:
    """Return the figures of each section, then those of the whole table."""
    lines = [f"{'section':<18}{'wanted':>7}{'found':>7}{'precision':>11}{'recall':>8}"]
    for name, tally in {**tallies, "all": total(tallies)}.items():
        wanted = len(tally.pairs) + len(tally.missed)
        found = len(tally.pairs) + len(tally.extra)
        lines.append(f"{name:<18}{wanted:>7}{found:>7}{tally.precision:>11.3f}{tally.recall:>8.3f}")
    whole = total(tallies)
    lines.append("")
    for key in MEASURED:
        right, marked = whole.share_of_marked(key)
        lines.append(f"{key:<14}right {whole.share(key):.3f}; where marked {right} of {marked}")
    by_action: dict[str, Tally] = {}
    for action in sorted(ACTIONS):
        by_action[action] = Tally(
            [p for p in whole.pairs if p[1]["action"].split("|")[0] == action],
            [m for m in whole.missed if m[1]["action"].split("|")[0] == action],
            [e for e in whole.extra if e[1]["action"] == action],
        )
    lines.append("")
    lines += [
        f"{action:<18}{len(t.pairs):>5} right{len(t.missed):>5} missed{len(t.extra):>5} extra"
        for action, t in by_action.items()
    ]
    return "\n".join(lines)


def main(words: list[str] | None = None) -> None:
    paths = [Path(word) for word in words or [] if word.endswith(".toml")]
    words = [word for word in words or [] if not word.endswith(".toml")]
    table = load(*paths[:1])
    for told in problems(table):
        print("WRONG ROW", told)
    if words:
        table = {name: rows for name, rows in table.items() if any(w in name for w in words)}
    tallies = measure(geomap.Pipeline(), table)
    print("\n\n".join(disagreements(total(tallies))))
    print()
    print(figures(tallies))


if __name__ == "__main__":
    main(sys.argv[1:])
