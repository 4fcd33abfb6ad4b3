"""The documents say what is true."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from typer.main import get_command

from cli.main import COMMANDS, app

ROOT = Path(__file__).parents[2]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_page_is_written_from_the_settings():
    module = load(ROOT / "docs" / "settings_page.py")
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == module.page()


def test_the_page_of_the_data_model_is_written_from_the_tables_and_views():
    module = load(ROOT / "docs" / "data_model_page.py")
    assert (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8") == module.page()


def test_every_table_is_known_to_whoever_opens_a_database():
    listing = "from storage.metadata import TABLES; print(*sorted(TABLES))"
    known = subprocess.run([sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True)
    written = set()
    for path in (ROOT / "storage").glob("*.py"):
        written |= set(re.findall(r'__tablename__ = "(\w+)"', path.read_text(encoding="utf-8")))
    assert set(known.stdout.split()) == written


def test_every_command_that_the_readme_names_exists():
    named = re.findall(r"jarchi ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(named) <= set(COMMANDS)


def test_every_target_that_the_documents_name_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{path.name}: make {target}"


def test_relative_links_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_command_and_option_has_a_help_text():
    for name, command in commands(get_command(app), "jarchi"):
        assert command.help, name
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"{name} {parameter.opts}"


def commands(command, name):
    yield name, command
    for child in getattr(command, "list_commands", lambda _: [])(None):
        yield from commands(command.get_command(None, child), f"{name} {child}")
