"""Articles on the same matter."""

from typing import Any

import pytest
from sqlalchemy import text

from news.values import TagKind
from storage.engine import Store
from storage.similar import similar


def test_what_shares_rare_words_and_names_comes_first(store: Store, make: Any) -> None:
    tag = make.tag(TagKind.CITY, "111822")
    texts = [
        ("یزد در مجمع شهرداران", "شهرداری یزد به مجمع شهرداران آسیا پیوست", (tag,)),
        ("پیوستن یزد", "یزد عضو مجمع شهرداران شد", (tag,)),
        ("خبر دیگر", "باران در تهران بارید", ()),
        ("بازار", "قیمت مسکن در مجمع", ()),
    ]
    for number, (title, body, tags) in enumerate(texts):
        make.keep(store, make.article(number, title=title, text=body, tags=tags))
    with store.reading() as session:
        found = similar(session, 1)
        assert [one.id for one in found] == [2, 4]
        assert 1 >= found[0].likeness > found[1].likeness > 0
        assert similar(session, 99) == ()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_words_are_looked_up_in_the_index_alone(store: Store, make: Any) -> None:
    for number in range(20):
        make.keep(store, make.article(number, text=f"A harbour and {number} ships. " * 5))
    seen = text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'article_search'")
    with store.reading() as session:
        assert len(similar(session, 1)) == 10
        assert session.connection().execute(seen).scalar_one() == 0
