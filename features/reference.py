"""The catalogue as a page: `python -m features.reference > docs/features.md`."""

from itertools import groupby

from features.catalogue import CATALOGUE, Feature
from features.families import __doc__ as rules

_SIGNS = {1: "+", 0: "", -1: "-"}


def reference_page() -> str:
    """The features by family, as Markdown: unit, direction, definition and English sentence."""
    observed = sum(feature.scope == "observation" for feature in CATALOGUE)
    lines = [
        "# Features",
        "",
        f"{observed} features of an observation, and {len(CATALOGUE) - observed} of an interval"
        " of days around its due date. Written by `python -m features.reference`.",
        "",
        *(rules or "").strip().splitlines()[2:],
        "",
        "Direction: + where more of it means later or riskier, - safer.",
    ]
    for family, features in groupby(CATALOGUE, key=lambda feature: feature.family):
        lines += [
            "",
            f"## {family.capitalize()}",
            "",
            "| feature | unit | direction | what it counts | what a collector reads |",
            "|---|---|---|---|---|",
            *(_row(feature) for feature in features),
        ]
    return "\n".join(lines) + "\n"


def _row(feature: Feature) -> str:
    cells = (
        f"`{feature.name}`",
        feature.unit,
        _SIGNS[feature.direction],
        feature.definition,
        feature.sentence_en,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(reference_page(), end="")
