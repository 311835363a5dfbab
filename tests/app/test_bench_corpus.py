"""``bench verify --corpus`` counts wrong answers over the generator of the tests, and says so without one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import ModuleType

import pytest

from app.bench import corpus
from app.cli.console import Console
from app.cli.corpus import add_corpus_arguments, bench_corpus
from evidence.errors import EvidenceError
from evidence.i18n import texts


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator with one of its families: making all of them takes longer than a test should."""
    found = corpus._generator()
    monkeypatch.setattr(found, "FAMILIES", (found.zips,))
    monkeypatch.setattr(corpus, "_generator", lambda: found)
    return found


@pytest.mark.usefixtures("generator")
def test_it_judges_real_packages_and_finds_nothing_wrong() -> None:
    result = corpus.run_corpus(3, 1, only="zip-duplicate")
    assert result.is_right, result.wrong
    assert result.packages >= 5
    document = corpus.document(result)
    assert (document["false_yes"], document["crashes"], document["time_outs"]) == (0, 0, 0)


def test_a_wrong_answer_is_counted_and_named(
    generator: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The judge is made to find fault with a sound case: the exit code and the document say so."""
    monkeypatch.setattr(generator, "judge", lambda *_all: ["false yes: complete is yes", "crash: Nobody"])
    parser = argparse.ArgumentParser()
    parser.add_argument("name", nargs="?")
    add_corpus_arguments(parser, texts("en"))
    given = parser.parse_args(["verify", "--corpus", "--seed", "4", "--size", "1"])
    assert bench_corpus(given, Console(texts("en"), as_json=True)) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["false_yes"] == document["crashes"] == document["packages"] > 50
    assert document["seed"] == 4
    assert any("zip-duplicate/" in line for line in document["wrong"])
    with pytest.raises(EvidenceError) as caught:
        bench_corpus(parser.parse_args(["vault", "--corpus"]), Console(texts("en"), as_json=True))
    assert caught.value.code == "bench.corpus_of_verify"


def test_without_the_tests_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(corpus, "_ROOT", tmp_path)
    with pytest.raises(EvidenceError) as caught:
        corpus.run_corpus()
    assert caught.value.code == "bench.no_corpus"
    with pytest.raises(EvidenceError) as caught:
        corpus.run_corpus(size=0)
    assert caught.value.code == "bench.bad_size"
