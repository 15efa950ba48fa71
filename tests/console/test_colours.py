"""The colours of the console: text can be read on what it stands on, by day and by night."""

import re

import pytest

from serving.pages import CONSOLE

LEAST = 4.5
"""Contrast of text, WCAG 2.2, success criterion 1.4.3."""

ON = {
    "paper": ("ink", "soft", "accent"),
    "sheet": ("ink", "soft", "accent", "bad", "wants", "good"),
    "accent-wash": ("ink", "accent"),
    "bad-wash": ("ink", "bad"),
    "wants-wash": ("ink", "wants"),
    "good-wash": ("good",),
    "accent": ("accent-ink",),
    "ink": ("paper",),
}


def palettes() -> list[dict[str, str]]:
    """Colours by day, and by night."""
    text = (CONSOLE / "colours.css").read_text(encoding="utf-8")
    day, night = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in parts(text))
    return [day, {**day, **night}]


def parts(text: str) -> tuple[str, str]:
    day, _, rest = text.partition("@media (prefers-color-scheme: dark)")
    return day, rest.partition("}\n}")[0]


def test_night_has_colours_of_its_own() -> None:
    day, night = palettes()
    assert day.keys() == night.keys()
    assert {name for name in day if day[name] == night[name]} == set()


@pytest.mark.parametrize("palette", palettes(), ids=["day", "night"])
def test_text_stands_out(palette: dict[str, str]) -> None:
    faint = {
        (text, ground): round(contrast(palette[text], palette[ground]), 2)
        for ground, texts in ON.items()
        for text in texts
        if contrast(palette[text], palette[ground]) < LEAST
    }
    assert faint == {}


def contrast(one: str, other: str) -> float:
    """Ratio of the relative luminances of two colours, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
