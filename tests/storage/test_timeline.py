"""The register step by step."""

from datetime import timedelta
from typing import Any

from news.values import Status
from storage import register
from storage.engine import Store
from storage.timeline import timeline


def test_reports_and_denials_stand_in_their_order_with_source_and_sentence(store: Store, make: Any) -> None:
    make.report(store, 1, make.now)
    make.report(store, 2, make.now + make.day, status=Status.DENIED, sentence="یزد عضو نشده است.")
    with store.reading() as session:
        steps = timeline(session)
        assert [(step.what, step.by) for step in steps] == [("reported", "yazd"), ("denied", "yazd")]
        assert [step.moment for step in steps] == [make.now, make.now + make.day]
        assert steps[1].words == "یزد عضو نشده است."
        assert timeline(session, country="TR") == ()
        assert len(timeline(session, country="IR", network="amf", city="111822")) == 2
        assert len(timeline(session, since=make.now + timedelta(hours=1))) == 1
        assert register.events(session, country="TR") == ()
        assert len(register.events(session, country="IR")) == 1
