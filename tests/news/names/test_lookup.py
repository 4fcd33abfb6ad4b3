"""A place by the name that a person types."""

from __future__ import annotations

import pytest

from news.names.lookup import AmbiguousPlace, place_called, places_called


@pytest.mark.parametrize("name", ["Yazd", "yazd", "یزد", "يزد", "Yezd"])
def test_a_city_by_any_of_its_names(name: str) -> None:
    found = place_called(name)
    assert found is not None
    assert found.key == "111822"


def test_the_country_tells_homonyms_apart() -> None:
    keys = [found.key for found in (place_called("Tripoli", "LB"), place_called("Tripoli", "ly")) if found]
    assert keys == ["266826", "2210247"]


def test_an_outstanding_city_needs_no_country() -> None:
    assert len(places_called("Paris")) > 1
    found = place_called("Paris")
    assert found is not None
    assert found.country == "FR"


def test_cities_of_like_size_are_all_named() -> None:
    with pytest.raises(AmbiguousPlace, match=r"Valencia in VE .*Valencia in ES"):
        place_called("Valencia")


@pytest.mark.parametrize("name", ["Atlantis of nowhere", "", "…"])
def test_no_place(name: str) -> None:
    assert place_called(name) is None
