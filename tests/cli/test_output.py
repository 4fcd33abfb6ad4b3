"""Other people's words are printed as they are."""

import pytest

from cli.output import complain, err, out, print_line, print_table

FOREIGN = "[red]fire[/red] :x: [/b] \\[i] [link=file:///etc]"


def test_nothing_in_a_text_is_taken_for_markup_or_an_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    print_line(FOREIGN)
    complain(FOREIGN)
    out.print(FOREIGN, soft_wrap=True)
    err.print(FOREIGN, soft_wrap=True)
    said = capsys.readouterr()
    assert said.out == f"{FOREIGN}\n{FOREIGN}\n"
    assert said.err == f"error: {FOREIGN}\n{FOREIGN}\n"


def test_titles_and_cells_of_a_table_are_shown_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "width", 200)
    print_table(FOREIGN, ("what", "where"), [(FOREIGN, [FOREIGN, ":x:"])])
    assert capsys.readouterr().out.count(FOREIGN) == 3
