"""Telegram Desktop's exports (`result.json`): the messages of one chat, or of an account's chats.

The file is read as a stream of JSON events, since exports of years reach gigabytes; one message is
held at a time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from geomap.articles._ids import printable
from geomap.articles._options import too_large
from geomap.articles._streams import Metered, Readable, Rejoined, read_at_most
from geomap.articles.moments import parse_published
from geomap.errors import ArticleError
from geomap.models import Problem

__all__ = ["TelegramPost", "read_telegram"]

# Where chats stand in the file, as the keys on the way there (None: in a list).
_CHATS = ((), ("chats", "list", None), ("left_chats", "list", None))
_CHAT_KEYS = frozenset({"name", "type", "id", "username"})
# Of an account: what is written to one person is no report.
_PRIVATE = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies", "verify_codes"})
_DEEPEST = 60
_MESSAGE_ID = re.compile(r"telegram--?[0-9]+-[0-9]+")
_USERNAME = re.compile(r"[A-Za-z]\w{3,31}", re.ASCII)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_READ_BYTES = 1 << 16
_MAX_NAME = 300
_FARTHEST = dt.timedelta(hours=14)
_ZONES_APART = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class TelegramPost:
    """A message with a text. `id` is made of the ids of its chat and itself.

    `date` is the day on the clock of who made the export, `published` the time there; `url` is None
    where the file does not tell the channel's user name.
    """

    id: str
    text: str
    date: dt.date | None = None
    channel: str | None = None
    url: str | None = None
    published: dt.datetime | None = None


def read_telegram(
    stream: Readable, path: str, *, max_bytes: int = 20_000_000
) -> Iterator[TelegramPost | Problem]:
    r"""Read the messages of an export.

    Parameters
    ----------
    stream : Readable
        A `result.json`.
    path : str
        What problems call it.
    max_bytes : int
        A larger message is set aside.

    Yields
    ------
    TelegramPost | Problem
        In the order of the file. Service messages and those without a text are skipped; what
        stands before a damaged place is given, then a problem.

    Examples
    --------
    >>> from io import BytesIO
    >>> export = b'''{"name": "Front", "type": "public_channel", "id": 7, "messages": [
    ... {"id": 1, "type": "message", "date": "2023-03-14T23:10:00",
    ...  "text": ["Shelling near ", {"type": "bold", "text": "Lyman"}, "."]}]}'''
    >>> [(post.id, post.text, str(post.date)) for post in read_telegram(BytesIO(export), "x")]
    [('telegram-7-1', 'Shelling near Lyman.', '2023-03-14')]
    """
    from ijson.common import JSONError

    message = f"holds a text of more than {2 * max_bytes / 1e6:g} MB: the rest was left out"
    metered = Metered(stream, message, stretch=2 * max_bytes + 4 * _READ_BYTES)
    walk = _Walk(path, metered, max_bytes)
    try:
        for event, value in _events(_unmarked(metered)):
            metered.mark()
            found = walk.step(event, value)
            if found is not None:
                yield found
    except (JSONError, ArticleError, ValueError, OverflowError) as error:
        told = str(error) if isinstance(error, ArticleError) else f"is no JSON: {_first(error)}"
        if walk.any_messages:
            told += "; what stands before was read"
        yield Problem(path, told, "broken-json", set_aside=True)
        return
    if not walk.any_messages:
        told = "is JSON, but no Telegram export; reports go one a line into a .jsonl file"
        yield Problem(path, told, "no-report", set_aside=True)
    elif not walk.any_posts:
        yield Problem(path, "has no message with a text", "empty", set_aside=True)
    if walk.private:
        one = walk.private == 1
        told = "1 personal chat was" if one else f"{walk.private} personal chats were"
        told += " not read"
        yield Problem(path, told, "personal-chat")


def _events(stream: Readable) -> Iterator[tuple[str, Any]]:
    """Yield what a stream of JSON holds, piece by piece (see `ijson.basic_parse`)."""
    # Not its C backend (3.6.0): a number of 5,000 digits ends the process. This one does 11 MB/s.
    from ijson import sendable_list
    from ijson.backends.python import basic_parse_coro
    from ijson.common import JSONError

    events = sendable_list()
    parser = basic_parse_coro(events)
    failure: Exception | None = None
    try:
        while failure is None and (chunk := stream.read(_READ_BYTES)):
            try:
                parser.send(chunk)
            except (JSONError, ValueError) as error:
                failure = error  # after what stands before it
            yield from events
            events.clear()
    finally:
        try:
            parser.close()
        except (JSONError, ValueError) as error:  # the end is missing
            failure = failure or error
    yield from events
    if failure is not None:
        raise failure


class _Walk:
    """Where the reader stands in the file."""

    def __init__(self, path: str, stream: Metered, max_bytes: int) -> None:
        self._path = path
        self._stream = stream
        self._max_bytes = max_bytes
        self._keys: list[str | None] = []  # of the open objects; None for a list
        self._chat: dict[str, Any] = {}
        self._builder: Any = None
        self._level = 0
        self._begun = 0
        self.any_messages = False
        self.any_posts = False
        self.private = 0

    def step(self, event: str, value: Any) -> TelegramPost | Problem | None:
        """Take an event; return a message when it is whole."""
        if event == "map_key":
            self._keys[-1] = _sound(value)
        ended = event in ("end_map", "end_array")
        if ended:
            self._keys.pop()
        if self._level:
            found = self._in_message(event, value)
        else:
            self._outside(event, value)
            found = None
        if event in ("start_map", "start_array"):
            if len(self._keys) >= _DEEPEST:
                raise ArticleError("is nested too deeply")
            self._keys.append("" if event == "start_map" else None)
        return found

    def _in_message(self, event: str, value: Any) -> TelegramPost | Problem | None:
        if self._stream.taken - self._begun > self._max_bytes + 2 * _READ_BYTES:
            self._builder = None
        elif self._builder is not None:
            self._builder.event(event, value)
        if event != "end_map" or len(self._keys) >= self._level:
            return None
        self._level = 0
        if self._builder is None:
            return self._aside("a message", too_large(self._max_bytes), "too-large")
        found = self._post(self._builder.value)
        self.any_posts = self.any_posts or isinstance(found, TelegramPost)
        return found

    def _outside(self, event: str, value: Any) -> None:
        from ijson.common import ObjectBuilder

        keys = tuple(self._keys)
        if event == "start_map" and keys in _CHATS:
            self._chat = {}
        elif event == "start_array" and keys[-1:] == ("messages",) and keys[:-1] in _CHATS:
            self.any_messages = True
            self.private += self._is_private(keys[:-1])
        elif event == "start_map" and keys[-2:] == ("messages", None) and keys[:-2] in _CHATS:
            if not self._is_private(keys[:-2]):
                self._builder, self._level = ObjectBuilder(), len(keys) + 1
                self._builder.event(event, value)
                self._begun = self._stream.taken
        elif keys[-1:] and keys[-1] in _CHAT_KEYS and keys[:-1] in _CHATS and event != "map_key":
            self._chat[str(keys[-1])] = value

    def _is_private(self, chat: tuple[str | None, ...]) -> bool:
        return bool(chat) and self._chat.get("type") in _PRIVATE

    def _post(self, message: dict[str, Any]) -> TelegramPost | Problem | None:
        if message.get("type") != "message":
            return None
        number = message.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            return self._aside("a message", "has no number; it was left out", "bad-field")
        text = _text(message.get("text", ""))
        if text is None:
            told = "has a text that is neither words nor a list of them; it was left out"
            return self._aside(f"message {number}", told, "bad-field")
        if not text.strip():
            return None
        name, chat, user = (self._chat.get(key) for key in ("name", "id", "username"))
        channel = _sound(name).strip()[:_MAX_NAME] if isinstance(name, str) else ""
        place = str(chat) if isinstance(chat, int) and not isinstance(chat, bool) else channel
        day, moment = _published(message)
        url = None
        if isinstance(user, str) and _USERNAME.fullmatch(user):
            url = f"https://t.me/{user}/{number}"
        return TelegramPost(
            id=f"telegram-{place or 'chat'}-{number}",
            text=text.strip(),
            date=day,
            channel=channel or None,
            url=url,
            published=moment,
        )

    def _aside(self, what: str, told: str, kind: str) -> Problem:
        return Problem(self._path, f"{what} {told}", kind, set_aside=True)


def is_message_id(article_id: str) -> bool:
    """Say whether an id is that of a message, which keeps it when it is edited.

    Only where the export tells the number of its chat, which no other has.

    Examples
    --------
    >>> is_message_id("telegram-1234-7"), is_message_id("telegram-Front-7")
    (True, False)
    """
    return _MESSAGE_ID.fullmatch(article_id) is not None


def _text(value: object) -> str | None:
    """Return the words of a message's `text`: a string, or a list of strings and entities."""
    parts = value if isinstance(value, list) else [value]
    words: list[str] = []
    for part in parts:
        word = part.get("text") if isinstance(part, dict) else part
        if not isinstance(word, str):
            return None
        words.append(word)
    return _sound("".join(words))


def _published(message: dict[str, Any]) -> tuple[dt.date | None, dt.datetime | None]:
    """Return the day and the time as they are written, with the zone that both clocks tell.

    `date` is on the clock of who made the export, `date_unixtime` the same moment without a zone.
    Without `date` it is the day in UTC.
    """
    written = message.get("date")
    day, moment = parse_published(written) if isinstance(written, str) else (None, None)
    try:
        utc = dt.datetime.fromtimestamp(int(str(message.get("date_unixtime"))), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return day, moment
    if day is None:
        return utc.date(), utc
    if moment is None or moment.tzinfo is not None:
        return day, moment
    ahead = moment - utc.replace(tzinfo=None)
    if abs(ahead) > _FARTHEST or ahead % _ZONES_APART:  # not the same moment
        return day, moment
    return day, moment.replace(tzinfo=dt.timezone(ahead))


def _unmarked(stream: Readable) -> Readable:
    """Return a stream without its byte-order mark."""
    head = read_at_most(stream, 3)
    return Rejoined(head.removeprefix(b"\xef\xbb\xbf"), stream)


def _sound(text: str) -> str:
    """Return a text with U+FFFD for half of a surrogate pair."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _first(error: BaseException) -> str:
    """Return the first words of the parser's message."""
    told = str(error).strip().splitlines() or [""]
    return printable(told[0])[:100]
