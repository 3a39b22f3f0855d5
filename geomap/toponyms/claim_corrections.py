"""What a person says of claims: that one is untrue, or is not to be shown. The entries `[[claim]]`.

`front.claim_marks` puts them into effect, on what was read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from geomap.toponyms.corrections import Entry, squeezed, words_key

if TYPE_CHECKING:
    import datetime as dt

Verdict = Literal["false", "hide"]
_ID = re.compile(r"(.+)/claim/[0-9]+-[0-9]+(?:/[0-9]+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ClaimCorrection:
    """One statement of a person about a claim, or about several of one article.

    Attributes
    ----------
    verdict : {"false", "hide"}
        It is untrue; or it is not to be shown or counted at all.
    id : str, optional
        The claim's id, as exports give it. It says all: the others are left out then.
    article : str, optional
        The article's id; alone it means all claims of the article.
    start : int, optional
        Where the words of the claim begin, its sentence, or the name of its place.
    place, party, action : str, optional
        What the claim says.
    note : str
        Why; told with the claim.
    added : date, optional
        When it was written; for its owner.
    """

    verdict: Verdict
    id: str | None = None
    article: str | None = None
    start: int | None = None
    place: str | None = None
    party: str | None = None
    action: str | None = None
    note: str = ""
    added: dt.date | None = None
    entry: Entry = field(default=Entry(what="claim"), compare=False)

    def __post_init__(self) -> None:
        if self.verdict not in ("false", "hide"):
            raise self.entry.wrong("", f"unknown verdict {self.verdict!r}")
        if self.id is None and self.article is None:
            raise self.entry.wrong("", "names no claim: give its id, or the article it stands in")
        if self.id is not None:
            given = ("article", "start", "place", "party", "action")
            if more := [name for name in given if getattr(self, name) is not None]:
                raise self.entry.wrong(self.id, f"the id says it all: leave out {more[0]}")
            if _ID.fullmatch(self.id) is None:
                raise self.entry.wrong(
                    self.id, "is no id of a claim: copy it from an export, such as "
                    "report-7/claim/120-128"
                )  # fmt: skip
        if self.start is not None and self.start < 0:
            raise self.entry.wrong(self.name, f"start {self.start} is less than 0")
        if self.place is not None and not words_key(self.place):
            raise self.entry.wrong(self.name, f"place {self.place!r} holds no word")

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.id or self.article or ""

    @property
    def of_article(self) -> str:
        """The id of the article, as it is compared."""
        found = _ID.fullmatch(self.id) if self.id is not None else None
        return squeezed(found.group(1) if found is not None else self.article) or ""

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """How narrow it is: the narrower of two has the greater rank."""
        told = sum(part is not None for part in (self.place, self.party, self.action))
        return self.id is not None, self.start is not None, told

    @property
    def told(self) -> str:
        """What is said of a claim that it marks as false."""
        note = " ".join(self.note.split())
        return f"marked false by you: {note}" if note else "marked false by you"
