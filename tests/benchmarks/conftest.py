from datetime import date

import pytest

from benchmarks.quality.specimens import Specimen

_HTML = """<!doctype html><html lang="fa"><head><title>{title}</title>
<meta property="article:published_time" content="2026-03-04T10:15:00+03:30"></head>
<body><nav><a href="/">خانه</a></nav><article><h1>{title}</h1>{body}</article></body></html>"""
_TITLE = "پل عابر میدان شب‌ها تعمیر می‌شود"
_BODY = (
    "پل عابر پیادهٔ میدان از امشب بسته می‌ماند تا نرده‌های فرسودهٔ آن عوض شود و کارگران شب‌ها کار می‌کنند.",
    "شهرداری از رانندگان خواست که در این ساعت‌ها از خیابان‌های کناری بروند و به نشانه‌ها توجه کنند.",
)


@pytest.fixture
def make_specimen():
    """A page that any reader should get right."""

    def make(group: str = "sample", *, body: tuple[str, ...] = _BODY) -> Specimen:
        html = _HTML.format(title=_TITLE, body="".join(f"<p>{paragraph}</p>" for paragraph in _BODY))
        return Specimen(
            group=group,
            name=f"{group}/bridge",
            language="fa",
            address="https://www.example.org/news/1",
            html=html.encode(),
            title=_TITLE,
            body="\n".join(body),
            day=date(2026, 3, 4),
            zone="Asia/Tehran",
        )

    return make
