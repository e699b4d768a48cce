"""The page needs no other file, escapes everything, and links only to recordings that exist."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from support.benches import source, write_bench

from egcfg_tui.bench.comparison import compare, compare_paths
from egcfg_tui.bench.comparison.reports import html

VOID = {"meta", "input"}


class Page(HTMLParser):
    """The elements of a page; raises an error if they do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [str(value) for name, value in attrs if name.split(":")[-1] in ("href", "src")]
        if tag == "a":
            self.links += [str(value) for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [str(value) for name, value in attrs if name.split(":")[-1] in ("href", "src")]


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    text = html.render(compare([source({"auto": "110", "sample": "1w0", "greedy": "!00"})]))
    page = Page(text)
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert set(re.findall(r"https?://[^\s\"')]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert "url(http" not in text
    assert "prefers-color-scheme: dark" in text


def test_hostile_names_stay_text() -> None:
    hostile = '<script>alert(1)</script>"onload="x'
    text = html.render(compare([source({f"{hostile}/auto": "10", "b/sample": "01"}, ids=(hostile, "$e_2$"))]))
    assert "script" not in Page(text).tags
    assert "onload" not in re.sub(r"&#34;onload=", "", text)


def test_a_mark_leads_to_its_recording_where_that_is_there(tmp_path: Path) -> None:
    bench = write_bench(tmp_path / "my bench", {"auto": "11"})
    (bench / "recordings").mkdir()
    (bench / "recordings" / "e1-auto-1.jsonl").touch()
    comparison = compare_paths([bench])
    assert Page(html.render(comparison, tmp_path)).links == ["my%20bench/recordings/e1-auto-1.jsonl"]
    assert Page(html.render(comparison, tmp_path / "site")).links == [
        "../my%20bench/recordings/e1-auto-1.jsonl"
    ]


def test_a_recording_outside_of_its_bench_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").touch()
    places = ("../secret.jsonl", str(tmp_path / "secret.jsonl"), "javascript:alert(1)")
    for number, place in enumerate(places):
        bench = write_bench(tmp_path / f"bench-{number}", {"auto": "1"}, recording=place)
        assert Page(html.render(compare_paths([bench]), tmp_path)).links == []


def test_exercises_on_which_all_rows_do_alike_can_be_hidden() -> None:
    text = html.render(compare([source({"auto": "110", "sample": "100"})]))
    assert re.findall(r'<tr( class="alike")?><th class="word" scope="row">(\w+)', text) == [
        (' class="alike"', "e1"),
        ("", "e2"),
        (' class="alike"', "e3"),
    ]


def test_many_tasks_make_no_heavy_page() -> None:
    text = html.render(compare([source({"auto": "10" * 500, "sample": "01" * 500, "greedy": "0" * 1000})]))
    assert len(text) < 500_000
