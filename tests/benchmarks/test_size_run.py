"""What one more article costs in a large archive: that it is measured, not what it is."""

import json

import pytest

from benchmarks import size


@pytest.mark.service
def test_both_archives_are_kept_in(tmp_path, capsys):
    kept = tmp_path / "large.db"
    said = []
    for _ in range(2):
        size.main(["--keep", str(kept), "--articles", "60", "--small", "20", "--batches", "2", "--json"])
        said.append(json.loads(capsys.readouterr().out))
    first, second = said
    assert (first["small"]["articles"], first["large"]["articles"]) == (20, 60)
    assert second["large"]["articles"] == 60 + (2 + size._WARMED) * size.TOGETHER
    assert all(one[name]["clock"] > 0 for one in said for name in ("small", "large"))
