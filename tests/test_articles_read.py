from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomap.articles import ReadResult, read_articles
from geomap.errors import SettingsError

EXAMPLES = Path(__file__).parent.parent / "examples"
DAY = dt.date(2023, 3, 14)
TODAY = dt.date(2024, 1, 1)


def write(folder: Path, name: str, content: str | bytes = "Fighting near Lyman.") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def kinds(result: ReadResult) -> list[str]:
    return [p.kind for p in result.problems]


def ids(result: ReadResult) -> list[str]:
    return [a.id for a in result]


def test_text_with_header(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.txt",
        "Title: T\nDate: 2023-03-14\nSource: S\nURL: https://example.org\nLang: uk\n\n\n Body. \n",
    )
    (article,) = read_articles([path])
    assert (article.id, article.text, article.title) == ("a", "Body.", "T")
    assert (article.date, article.date_source) == (DAY, "header")
    assert (article.source, article.url, article.lang) == ("S", "https://example.org", "uk")
    assert article.path == str(path)


@pytest.mark.parametrize(
    ("name", "content", "source"),
    [
        ("a.md", "Date: 14.03.2023\n\nBody.", "header"),
        ("2023-03-14--a.txt", "Body. © 2021", "filename"),
        ("a.txt", "KYIV, March 14, 2023 (Reuters) — Body.", "dateline"),
        ("a.txt", "Body.\n© 2021 Example, updated 1 May 2020", "option"),
        ("a.jsonl", '{"text": "Body.", "date": "2023-03-14"}', "metadata"),
        ("2023-03-14.jsonl", '{"text": "Body."}', "filename"),
    ],
)
def test_where_the_date_comes_from(tmp_path: Path, name: str, content: str, source: str) -> None:
    (article,) = read_articles([write(tmp_path, name, content)], article_date=DAY)
    assert (article.date, article.date_source) == (DAY, source)


def test_header_date_wins_over_the_file_name(tmp_path: Path) -> None:
    path = write(tmp_path, "2020-01-01--a.txt", "Date: 2023-03-14\n\nBody.")
    assert [a.date for a in read_articles([path])] == [DAY]


def test_undated_stays_undated_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "It began on March 14, 2023.\n© 2021")
    result = read_articles([path])
    assert [(a.date, a.date_source) for a in result] == [(None, None)]
    assert [str(p) for p in result.problems] == [
        f"{path}: has no date: put `Date: YYYY-MM-DD` at its top, or give --article-date; "
        "it goes to the undated layer"
    ]
    assert result.set_aside == ()


def test_future_date_is_kept_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, "2030-01-01--a.txt")
    result = read_articles([path], today=TODAY)
    assert [a.date for a in result] == [dt.date(2030, 1, 1)]
    assert kinds(result) == ["future-date"]
    assert kinds(read_articles([path], today=dt.date(2030, 1, 1))) == []


def test_crlf_and_byte_order_mark(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfDate: 2023-03-14\r\n\r\nOne.\r\nTwo.\r\n"
    (article,) = read_articles([write(tmp_path, "a.txt", data)])
    assert (article.text, article.date) == ("One.\r\nTwo.", DAY)


def test_text_is_not_normalised(tmp_path: Path) -> None:
    body = "Zaporizhzhia\u0301 \u202e\u00a0x\tﬁ"
    (article,) = read_articles([write(tmp_path, "a.txt", f"  {body}\n")])
    assert article.text == body


def test_html_page(tmp_path: Path) -> None:
    body = "<p>Shelling went on near Lyman on Monday, officials said in Kyiv.</p>" * 5
    head = '<meta property="article:published_time" content="2023-03-14T23:00:00+02:00">'
    html = f"<html><head>{head}</head><body>{body}<footer>© 2019</footer></body></html>"
    result = read_articles([write(tmp_path, "a.html", html), write(tmp_path, "b.htm", html)])
    assert [(a.id, a.date, a.date_source) for a in result] == [
        ("a", DAY, "metadata"),
        ("b", DAY, "metadata"),
    ]


BAD = {
    "missing": ("no/such.txt", None, "not-found", "no such file or folder"),
    "empty": ("a.txt", b"", "empty", "is empty"),
    "blank": ("a.md", b"\xef\xbb\xbf \r\n\n", "empty", "is empty"),
    "header-only": ("a.txt", b"Date: 2023-03-14\n\n", "empty", "has a header but no text"),
    "png": ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "binary", "is a PNG picture, not text"),
    "no-suffix": ("a", b"\x00\x01\x02", "binary", "is a binary file, not text"),
    "no-report": ("a.html", b"<html><body></body></html>", "no-text", "without a report"),
    "empty-jsonl": ("a.jsonl", b"\n\n", "empty", "is empty"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_files_are_set_aside_and_the_rest_goes_on(
    tmp_path: Path, case: tuple[str, bytes | None, str, str]
) -> None:
    name, content, kind, message = case
    path = tmp_path / name
    if content is not None:
        write(tmp_path, name, content)
    good = write(tmp_path, "2023-03-14--good.txt")
    result = read_articles([path, good])
    assert ids(result) == ["2023-03-14--good"]
    (problem,) = result.set_aside
    assert (problem.path, problem.kind) == (str(path), kind)
    assert message in problem.message
    assert "\n" not in str(problem)


def test_bad_utf8_is_read_with_a_warning(tmp_path: Path) -> None:
    text = "Бої тривали біля Кремінної та Бахмута, повідомив у понеділок Генеральний штаб."
    result = read_articles([write(tmp_path, "2023-03-14.txt", text.encode("cp1251"))])
    assert [a.text for a in result] == [text]
    assert [(p.kind, p.message) for p in result.problems] == [
        ("encoding", "not UTF-8; read as windows-1251")
    ]


def test_broken_json_line_is_named_by_file_and_line(tmp_path: Path) -> None:
    good = json.dumps({"text": "Text.", "date": "2023-03-14"})
    path = write(tmp_path, "a.jsonl", f'{good}\n{{"text": oops}}\n{good}\n')
    result = read_articles([path])
    assert len(result) == 2
    assert [(p.path, p.line, p.kind) for p in result.set_aside] == [(str(path), 2, "broken-json")]


def test_fifty_megabytes_are_set_aside_unless_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, "2023-03-14.txt", b"Fighting near Lyman.\n" * 2_400_000)
    result = read_articles([path])
    assert [(p.kind, p.message) for p in result.set_aside] == [
        ("too-large", "is larger than 20 MB; raise the limit with max_article_mb")
    ]
    (article,) = read_articles([path], max_article_mb=60)
    assert len(article.text) == 21 * 2_400_000 - 1
    assert kinds(read_articles(["-"], stdin=BytesIO(path.read_bytes()))) == ["too-large"]


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_none(limit: float) -> None:
    with pytest.raises(SettingsError, match="max_article_mb"):
        read_articles([], max_article_mb=limit)


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a.txt")
    # chmod does not stop root, who runs the tests in containers.
    real_open = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real_open(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    result = read_articles([path])
    assert [str(p) for p in result.set_aside] == [f"{path}: cannot be read: Permission denied"]


def test_folder_is_read_with_its_folders_in_order(tmp_path: Path) -> None:
    for name in ["b.txt", "a/z.md", "a/y.jsonl", ".hidden.txt", ".git/c.txt", "ABOUT", "x.png"]:
        write(tmp_path, name, '{"text": "x"}' if name.endswith("l") else "Text.")
    seen: list[str] = []
    result = read_articles([tmp_path], on_progress=seen.append)
    assert ids(result) == ["y", "z", "b"]
    assert result.set_aside == ()
    assert [Path(s).name for s in seen] == ["y.jsonl", "z.md", "b.txt"]


def test_folder_with_nothing_to_read(tmp_path: Path) -> None:
    write(tmp_path, "ABOUT")
    assert kinds(read_articles([tmp_path])) == ["empty-folder"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    write(tmp_path, "a.txt")
    assert ids(read_articles([tmp_path])) == ["a"]


def test_a_link_to_its_own_folder_does_not_loop(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    assert ids(read_articles([tmp_path])) == ["a"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Date: 2023-03-14\n\nPlain text.", "Plain text."),
        (b'  {"text": "From JSON.", "id": "j"}\n', "From JSON."),
        (
            b"<html><body><p>" + b"Shelling went on near Lyman, they said. " * 9 + b"</p></html>",
            ("Shelling went on near Lyman, they said. " * 9).strip(),
        ),
        (b"{braces} are text", "{braces} are text"),
        (b"< 5 km from Lyman", "< 5 km from Lyman"),
    ],
)
def test_stdin_and_unknown_suffixes_are_told_by_their_first_characters(
    tmp_path: Path, data: bytes, text: str
) -> None:
    assert [a.text for a in read_articles(["-", "-"], stdin=BytesIO(data))] == [text]
    assert [a.text for a in read_articles([write(tmp_path, "a.unknown", data)])] == [text]


def test_stdin_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        buffer = BytesIO(b"Text.")

    monkeypatch.setattr(sys, "stdin", Fake())
    (article,) = read_articles("-")
    assert (article.id, article.path) == ("stdin", None)
    assert kinds(read_articles(["-"], stdin=BytesIO(b""))) == ["empty"]


def test_a_long_jsonl_stdin_is_streamed_line_by_line() -> None:
    line = json.dumps({"text": "x" * 3_000}).encode() + b"\n"
    result = read_articles(["-"], stdin=BytesIO(line * 1_000), max_article_mb=0.1)
    assert len(result) == 1_000
    assert len(set(ids(result))) == 1_000


def test_one_path_is_not_read_letter_by_letter(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    assert ids(read_articles(path)) == ids(read_articles(str(path))) == ["a"]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    (tmp_path / "link.txt").symlink_to(path)
    dotted = tmp_path / "x" / ".." / "a.txt"
    (tmp_path / "x").mkdir()
    assert len(read_articles([path, tmp_path, dotted, tmp_path])) == 1


def test_equal_stems_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    for name in ["a/x.txt", "b/x.txt", "b/x.md", "b/y.txt"]:
        write(tmp_path, name)
    assert set(ids(read_articles([tmp_path]))) == {"a/x.txt", "b/x.txt", "b/x.md", "y"}
    two = [tmp_path / "a", tmp_path / "b"]
    assert set(ids(read_articles(two))) == {"a/x.txt", "b/x.txt", "x.md", "y"}
    files = [tmp_path / "a/x.txt", tmp_path / "b/x.txt"]
    assert ids(read_articles(files)) == ["a/x.txt", "b/x.txt"]


def test_ids_do_not_depend_on_the_order_of_the_sources(tmp_path: Path) -> None:
    line = json.dumps({"id": "x", "text": "Text."})
    for name in ["a/x.txt", "b/x.txt", "c/x#2.txt", "d.txt", "b/e/d.md"]:
        write(tmp_path, name, f"Text of {name}")
    write(tmp_path, "w.jsonl", f'{line}\n{line}\n{{"text": "No id."}}\n{{"text": "Nor here."}}\n')
    sources = [tmp_path, tmp_path / "a", tmp_path / "b/x.txt", tmp_path / "w.jsonl"]
    names = []
    for order in itertools.permutations(sources):
        result = read_articles(order)
        names.append({(a.id, a.text) for a in result})
        assert len(set(ids(result))) == len(result)
    assert all(n == names[0] for n in names)
    assert {i for i, _ in names[0]} >= {"x", "a/x.txt", "b/x.txt", "w.jsonl#3", "w.jsonl#4"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(wanted=st.lists(st.sampled_from(["x", "x#2", "y", "", 7, "7", None]), max_size=8))
def test_ids_are_unique_and_nothing_is_lost(tmp_path: Path, wanted: list[object]) -> None:
    lines = [json.dumps({"id": w, "text": f"Text {i}."}) for i, w in enumerate(wanted)]
    result = read_articles([write(tmp_path, "w.jsonl", "\n".join(["", *lines]))])
    assert [a.text for a in result] == [f"Text {i}." for i in range(len(wanted))]
    assert len(set(ids(result))) == len(wanted)


def test_the_same_id_twice_is_warned_of(tmp_path: Path) -> None:
    line = json.dumps({"id": "x", "text": "Text.", "date": "2023-03-14"})
    result = read_articles([write(tmp_path, "a.jsonl", f"{line}\n{line}\n")])
    assert ids(result) == ["x", "x#2"]
    (problem,) = result.problems
    assert (problem.kind, problem.line, problem.set_aside) == ("duplicate-id", 2, False)


def test_ids_and_messages_are_printable(tmp_path: Path) -> None:
    data = json.dumps({"id": "../a\u202e\n\x1b[31mb", "text": "x"})
    (article,) = read_articles([write(tmp_path, "a.jsonl", data)])
    assert article.id.isprintable()
    result = read_articles([tmp_path / "no\x1b[31msuch", "nul\0here"])
    assert all(str(p).isprintable() for p in result.problems)
    assert len(result.set_aside) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")
    write(tmp_path, Path(name).name)
    (article,) = read_articles([tmp_path])
    article.id.encode()
    assert article.path is not None
    article.path.encode()


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    write(tmp_path, "b/a.jsonl", '{"text": "x"}\n{')
    assert read_articles([tmp_path]) == read_articles([tmp_path])


def test_nothing_given() -> None:
    assert len(read_articles([])) == 0


def test_examples_are_read() -> None:
    result = read_articles([EXAMPLES])
    assert len(result) >= 8
    assert [a.id for a in result if a.date is None] == ["kupiansk-undated"]
    assert kinds(result) == ["undated"]
    assert len({a.date for a in result if a.date}) >= 5
    page = next(a for a in result if a.id == "2024-02-15--avdiivka")
    assert (page.date, page.date_source, page.lang) == (dt.date(2024, 2, 15), "metadata", "en")
    hostile = next(a for a in result if "hostile" in a.id)
    for words in ["<script>alert(1)</script>", "=HYPERLINK(", "\u202e", "onerror=alert(1)"]:
        assert words in hostile.text
    assert {a.source for a in result} >= {"geomap sample"}


def test_import_is_light() -> None:
    heavy = "{'trafilatura', 'lxml', 'dateparser', 'charset_normalizer', 'shapely', 'numpy'}"
    code = f"import sys, geomap.articles; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=EXAMPLES.parent)


def test_shared_articles_are_all_read(shared: Path) -> None:
    result = read_articles([shared / "articles"])
    assert [p.kind for p in result.set_aside] == []
    assert [a.id for a in result if a.date is None] == ["kreminna-bakhmut-undated"]
    assert "2023-03-14--kreminna-bakhmut" in ids(result)


def test_text_of_the_seed_is_the_text_of_its_gold(shared: Path) -> None:
    folder = shared / "articles" / "seed"
    gold = json.loads((folder / "kreminna-bakhmut.gold.jsonl").read_text().splitlines()[0])
    result = read_articles([folder / "2023-03-14--kreminna-bakhmut.txt"])
    assert [a.text for a in result] == [gold["text"]]
