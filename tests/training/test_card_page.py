"""The page of a model card shows its tables, and runs nothing that a name smuggles in."""

from training.card_page import card_page


def test_a_table_becomes_a_table_and_markup_stays_text() -> None:
    page = card_page("# Card\n\n| a | b |\n| --- | --- |\n| <script>x</script> | 2 |\n")
    assert "<h1>Card</h1>" in page
    assert "<td>2</td>" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
