"""The pages for operators and users of the API say what the code says."""

from pathlib import Path

from ledger.settings import settings_page
from serving.problem_kinds import KINDS
from serving.reference import reference_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_the_api_is_written_from_its_description() -> None:
    assert (DOCS / "api.md").read_text(encoding="utf-8") == reference_page()


def test_the_settings_are_written_from_the_code() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    between = text.partition("<!-- settings -->\n")[2].partition("<!-- end of settings -->")[0]
    assert between == settings_page() + "\n"


def test_every_trouble_of_the_service_itself_is_told_with_what_to_do() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    troubles = [name for name, kind in KINDS.items() if kind.status in (503, 504)]
    assert [name for name in troubles if f"`{name}`" not in text] == []
