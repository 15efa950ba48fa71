"""What one feature is, and how those of a family are written down."""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["observation", "interval"]
Direction = Literal[-1, 0, 1]

_MARKS: dict[str, tuple[Direction, Direction]] = {
    "+": (1, 1),
    "-": (-1, -1),
    "0": (0, 0),
    ">": (0, 1),
    "<": (0, -1),
}
"""Direction and reading, by what stands in the table of a family."""


@dataclass(frozen=True)
class Feature:
    """One feature: what it is called, measured in, and how a collector reads it.

    Parameters
    ----------
    name, unit, family
        The field's term, its unit, and the family whose members speak in one sentence.
    direction
        +1 where more of it means later or riskier, -1 safer, 0 either. It binds the default model.
    sentence_en, sentence_fr
        What a collector reads; `{value}` and `{reference}` stand for formatted values.
    scope
        `observation`: one value per row of a frame; `interval`: derived for each interval of
        days by `models.intervals`.
    definition
        What is counted, over what.
    reads
        Direction in which a collector reads its sentence: its own, or that of a feature which
        speaks of lateness though it may work either way in the trees.
    """

    name: str
    unit: str
    family: str
    direction: Direction
    sentence_en: str
    sentence_fr: str
    scope: Scope = "observation"
    definition: str = ""
    reads: Direction = 0


def features_of(family: str, table: str, scope: Scope = "observation") -> tuple[Feature, ...]:
    """Features of one family, three lines each: name, unit, mark; definition; sentences.

    The definition stands on the first line after the mark, the sentences on the next two,
    English and French. Each goes on to say what the value stands against.
    """
    lines = [line.strip() for line in table.strip().splitlines()]
    features = []
    for first, english, french in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        name, unit, mark, definition = first.split(maxsplit=3)
        direction, reads = _MARKS[mark]
        features.append(
            Feature(
                name,
                unit.replace("_", " "),
                family,
                direction,
                f"{english}, against {{reference}}",
                f"{french}, contre {{reference}}",
                scope,
                definition,
                reads,
            )
        )
    return tuple(features)
