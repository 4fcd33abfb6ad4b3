"""Public sets in both layouts, made small, and the arithmetic of their methods."""

import gzip
import json

import pytest

from benchmarks import public

_HTML = (
    "<html><head><title>Ferry</title></head><body><article><h1>Ferry</h1>"
    "<p>The ferry to the island will leave an hour later from Monday on, the harbour office said today.</p>"
    "<p>Tickets that were bought before keep their price, and bicycles travel free of charge until May.</p>"
    "</article><footer>Imprint of the harbour office</footer></body></html>"
)
_BODY = (
    "The ferry to the island will leave an hour later from Monday on, the harbour office said today.\n"
    "Tickets that were bought before keep their price, and bicycles travel free of charge until May."
)


@pytest.fixture
def folder(tmp_path):
    bench, evaluation = tmp_path / "bench", tmp_path / "trafilatura" / "tests"
    (bench / "html").mkdir(parents=True)
    (bench / "html" / "ab12.html.gz").write_bytes(gzip.compress(_HTML.encode()))
    truth = {"ab12": {"articleBody": _BODY, "url": "https://www.example.org/ferry"}}
    (bench / "ground-truth.json").write_text(json.dumps(truth), encoding="utf-8")
    (evaluation / "eval").mkdir(parents=True)
    (evaluation / "eval" / "ferry.html").write_text(_HTML, encoding="utf-8")
    entry = {"file": "ferry.html", "with": ["leave an hour later", "travel free"], "without": ["Imprint of"]}
    missing = {"file": "gone.html", "with": ["nothing"], "without": []}
    entries = {"https://www.example.org/ferry": entry, "https://www.example.org/gone": missing}
    (evaluation / "evaldata.json").write_text(json.dumps(entries), encoding="utf-8")
    return tmp_path


def test_both_layouts_are_found_and_scored(folder, capsys):
    assert public.main([str(folder), "--json"]) == 0
    bench, evaluation = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert bench["f1"]["reading.read_page"] == 1.0
    assert evaluation["f1"]["reading.read_page"] == 1.0
    assert (bench["pages"], evaluation["pages"]) == (1, 1)
    assert set(evaluation["ours_less_theirs"]) == set(public.THEIRS)


def test_the_table_is_for_people(folder, capsys):
    assert public.main([str(folder / "bench")]) == 0
    assert "trafilatura" in capsys.readouterr().out


def test_a_folder_without_a_set_is_said_so(tmp_path, capsys):
    assert public.main([str(tmp_path)]) == 2
    assert "ground-truth.json" in capsys.readouterr().err


def test_shingles_are_runs_of_four_words():
    assert public.shingle_counts("a b c d e", "a b c d e") == (1.0, 0.0, 0.0)
    assert public.shingle_counts("a b c d e", "a b c d") == (0.5, 0.0, 0.5)
    assert public.shingle_counts("a b", "") == (0.0, 0.0, 1.0)
    assert public.shingle_counts("", "") == (0.0, 0.0, 0.0)


def test_segments_are_found_whatever_the_white_space():
    assert public.segment_counts(["a  b", "c d"], ["menu"], "a\nb menu") == (1, 1, 1)


def test_f1_by_either_method():
    assert public.f1_of_means([(0.5, 0.5, 0.0), (1.0, 0.0, 0.0)]) == pytest.approx(2 * 0.75 / 1.75)
    assert public.f1_of_sums([(2, 1, 1), (0, 0, 1)]) == pytest.approx(4 / 7)
    assert public.f1_of_means([(0.0, 0.0, 1.0)]) == 0.0
    assert public.f1_of_sums([(0, 0, 1)]) == 0.0


def test_the_interval_is_paired():
    counts = [(1.0, 0.0, 0.0), (0.2, 0.4, 0.4), (0.5, 0.5, 0.0)] * 10
    assert public.difference(counts, counts, public.f1_of_means) == (0.0, 0.0, 0.0)
    worse = [(hit / 2, surplus, lost + hit / 2) for hit, surplus, lost in counts]
    mean, low, high = public.difference(counts, worse, public.f1_of_means)
    assert 0 < low <= mean <= high
