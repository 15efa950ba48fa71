"""Tables of figures for the terminal."""

from rich.box import SIMPLE_HEAD
from rich.table import Table


def figure_table(*headings: str) -> Table:
    """A table whose columns hold figures but the first and those without a heading, text."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for position, heading in enumerate(headings):
        is_text = position == 0 or not heading
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=True)
    return table


def told(value: float | None) -> str:
    """A figure with three digits after the point, nothing for None."""
    return "" if value is None else f"{value:.3f}"
