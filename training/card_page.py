"""The model card as a page that MLflow shows."""

from markdown_it import MarkdownIt

STYLE = """body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem; text-align: left; }
tr { border-bottom: 1px solid #ddd; }"""


def card_page(card: str) -> str:
    """An HTML page of a card in Markdown; markup in the card's own text is shown, not run."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(card)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>duecast model card</title><style>{STYLE}</style></head>\n<body>\n{body}"
        "</body></html>\n"
    )
