"""Names that users add: found in texts of this process, kept in a file of the archive, refused where they are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from news.errors import SettingsError
from news.names import find_names, own
from news.names.lookup import place_called
from news.names.own import OwnName
from news.names.own_file import add_own_name, read_own_names
from news.values import TagKind

CITY = OwnName(kind=TagKind.CITY, key="111822", name="Wind Tower Town")
NETWORK = OwnName(kind=TagKind.NETWORK, key="amf", name="باشگاه شهرداران مشرق")


@pytest.fixture
def added() -> Iterator[None]:
    own.use([CITY, NETWORK])
    yield
    own.use([])


def _keys(text: str, language: str) -> set[str]:
    return {tag.key for tag in find_names(title="", text=text, language=language, source=None)}


def test_names_are_unknown_before_they_are_added() -> None:
    assert "111822" not in _keys("The council of Wind Tower Town met.", "en")


@pytest.mark.usefixtures("added")
def test_added_names_are_found() -> None:
    assert _keys("The council of Wind Tower Town met in Wind Tower Town.", "en") == {"111822"}
    assert _keys("شهرداری یزد عضو باشگاه شهرداران مشرق شد.", "fa") == {"111822", "amf"}
    found = place_called("wind tower town")
    assert found is not None
    assert found.name == "Yazd"


def test_they_are_forgotten_with_the_next_file(added: None) -> None:
    own.use([])
    assert _keys("The council of Wind Tower Town met.", "en") == set()


def test_a_file_gives_back_what_was_added(tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    assert read_own_names(path) == ()
    assert add_own_name(path, CITY)
    assert add_own_name(path, NETWORK)
    assert not add_own_name(path, CITY)
    assert read_own_names(path) == (CITY, NETWORK)


def test_what_a_person_wrote_into_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text(
        '# ours\n[[name]] # an old name\nname = "Yezd-e Bastan"\ncity = "111822"\n', encoding="utf-8"
    )
    add_own_name(path, NETWORK)
    assert path.read_text(encoding="utf-8").startswith("# ours\n[[name]] # an old name\n")
    assert len(read_own_names(path)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[name]\n", "names.toml: "),
        ('[names]\nx = "y"\n', r"only \[\[name\]\] entries"),
        ('[[name]]\ncity = "111822"\n', r"\[\[name\]\] 1: name must be a text"),
        ('[[name]]\nname = "Town"\n', "needs name and either network or city"),
        ('[[name]]\nname = "Town"\ncity = "1"\nnetwork = "amf"\n', "needs name and either network or city"),
        ('[[name]]\nname = "Town"\ncity = "999999999"\n', "no city has the key '999999999'"),
        ('[[name]]\nname = "Club"\nnetwork = "nobody"\n', "no network has the key 'nobody'"),
        ('[[name]]\nname = "!"\ncity = "111822"\n', "too short to be a name"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "names.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_own_names(path)
    with pytest.raises(SettingsError, match=said):
        add_own_name(path, CITY)
    assert path.read_text(encoding="utf-8") == text
