"""Tables in narrow terminals: no word is broken, and nothing goes without being said."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.main import get_command

from cli import output
from cli.main import app
from cli.output import print_table

ADDRESS = "https://www.example.org/news/" + "a" * 90
SENTENCE = "The council of Yazd has agreed today that the city joins the forum of the mayors of Asia"
PERSIAN = "\u2068شورای شهر یزد امروز موافقت کرد که این شهر به مجمع شهرداران آسیا و اقیانوسیه بپیوندد\u2069"
NAMES = ("key", "name", "kind", "known", "health")
ROWS = [(f"town-{number}-of-the-region", SENTENCE, "municipality", "unverified", "good") for number in range(3)]


@pytest.fixture
def shown(monkeypatch):
    """What a terminal of that many columns shows of a table."""

    def show(width, *arguments, terminal=True, **options):
        written = io.StringIO()
        console = Console(file=written, width=width, force_terminal=terminal, color_system=None, markup=False, emoji=False)
        monkeypatch.setattr(output, "out", console)
        print_table(*arguments, **options)
        return re.sub("\x1b\\[[0-9;]*m", "", written.getvalue())

    return show


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_word_is_broken_and_no_line_is_longer_than_the_terminal(shown, width):
    said = shown(width, "Sources", NAMES, ROWS, spare=("known", "kind"))
    assert max(map(cell_len, said.splitlines())) <= width
    words = set(said.split())
    assert {"town-2-of-the-region", "agreed", "good", *SENTENCE.split()} <= words


def test_columns_are_left_out_in_their_order_and_named(shown):
    rows = [(*row[:1], "Yazd", *row[2:]) for row in ROWS]
    assert "unverified" in shown(80, "", NAMES, rows, spare=("known", "kind"))
    said = shown(60, "", NAMES, rows, spare=("known", "kind"))
    assert "unverified" not in said
    assert "municipality" in said
    assert "left out: known (--wide shows all)" in said


def test_what_may_not_be_left_out_stands_beneath_its_row_under_its_name(shown):
    said = shown(40, "", NAMES, ROWS)
    assert "left out" not in said
    assert said.count("known: unverified · health: good") == 3


def test_an_address_stays_whole(shown):
    said = shown(80, "", ("road", "address", "state"), [("feed", ADDRESS, "works"), ("list", "", "gone")])
    assert f"      {ADDRESS}\n" in said
    assert re.search(r"feed +works\n", said)


def test_where_there_is_no_terminal_a_row_is_a_line(shown):
    said = shown(40, "", NAMES, ROWS, terminal=False, spare=("known",))
    assert [line.split()[0] for line in said.splitlines()[3:6]] == [row[0] for row in ROWS]
    assert said.count(SENTENCE) == said.count("unverified") == 3


def test_each_line_of_a_folded_sentence_keeps_its_direction(shown):
    said = shown(60, "", ("id", "sentence"), [(1, PERSIAN)])
    lines = [line.split("   ", 1)[1].strip() for line in said.splitlines()[3:] if "ش" in line]
    assert len(lines) > 1
    assert all(line.startswith("\u2067") and line.endswith("\u2069") for line in lines)
    assert PERSIAN in shown(200, "", ("id", "sentence"), [(1, PERSIAN)])


def test_what_a_terminal_would_obey_is_taken_out(shown, capsys):
    evil = "\x1b]0;owned\x07\x9b2J\u202e\nYazd"
    said = shown(80, evil, ("id", "title"), [(1, evil)])
    assert "\x1b" not in said
    assert "\x9b" not in said
    assert "\u202e" not in said
    assert "2J\ufffd" not in said
    output.complain(evil)
    output.print_line(evil)
    said = capsys.readouterr()
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said.out + said.err)


def test_a_table_without_rows_says_so(shown):
    assert shown(80, "Channels", ("recipient", "address"), []) == "Channels\n  none\n"


def test_every_command_with_json_has_wide(jarchi_options):
    lacking = [name for name, options in jarchi_options if "--json" in options and "--wide" not in options]
    assert lacking == []


@pytest.fixture
def jarchi_options():
    def walk(command, name):
        yield name, {option for parameter in command.params for option in parameter.opts}
        for child in getattr(command, "list_commands", lambda _: [])(None):
            yield from walk(command.get_command(None, child), f"{name} {child}")

    return list(walk(get_command(app), "jarchi"))
