"""Where tables are printed."""

from rich.console import Console

PAGE_WIDTH = 160


def screen() -> Console:
    """The terminal, or for a file or pipe a page wide enough for every column."""
    console = Console()
    return console if console.is_terminal else Console(width=PAGE_WIDTH)
