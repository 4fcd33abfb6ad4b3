"""Importing without the search for garbage."""

import subprocess
import sys


def _said(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_garbage_is_looked_for_again_when_loading_has_ended():
    said = _said(
        "import gc\n"
        "from news.loading import begin_loading, end_loading\n"
        "begin_loading(); print(gc.isenabled()); end_loading(); print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    assert said.split() == ["False", "True", "True"]


def test_nothing_is_frozen_where_no_loading_was_begun():
    said = _said(
        "import gc\nfrom news.loading import end_loading\nend_loading(); print(gc.get_freeze_count())"
    )
    assert said.split() == ["0"]


def test_a_command_ends_the_loading_that_the_script_begins():
    said = _said(
        "import gc, sys\n"
        "sys.argv = ['jarchi', 'search', '--help']\n"
        "import importlib\n"
        "try:\n    importlib.import_module('cli.__main__').main()\n"
        "except SystemExit:\n    print('collects', gc.isenabled())"
    )
    assert said.endswith("collects True\n")
