"""Roll-forward: from the receivables of one day to those of another, line by line."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Minor
from ledger.books import Books, books_of
from ledger.ledger import Ledger
from ledger.movements import LINES
from ledger.rates import in_reporting


@dataclass(frozen=True)
class Rolled:
    """Receivables of two days, and the lines between them, in minor units of one currency.

    `lines_minor` has shape (len(LINES),); a line above zero makes receivables grow, so that
    opening + lines = closing.
    """

    currency: str
    opening_minor: int
    lines_minor: Minor
    closing_minor: int


@dataclass(frozen=True)
class RollForward:
    """What changed receivables after the close of `opening_on`, up to that of `closing_on`.

    `by_currency` are the currencies as they are; `total` is the whole in the reporting currency:
    opening and closing converted at the rates of their days, every movement once at the rate of
    its own, and what rates changed meanwhile on the line `fx`.
    """

    opening_on: int
    closing_on: int
    by_currency: tuple[Rolled, ...]
    total: Rolled


def roll_forward(
    ledger: Ledger, opening_on: int, closing_on: int, *, books: Books | None = None
) -> RollForward:
    """Roll receivables forward, basis posted. `books` of the ledger save deriving them.

    Raises
    ------
    LedgerError
        Naming every currency for which a rate is wanting.
    """
    books = books_of(ledger, "posted") if books is None else books
    opening, total_opening = _receivables(books, opening_on)
    closing, total_closing = _receivables(books, closing_on)
    lines, total_lines = _lines(books, opening_on, closing_on)
    rates_changed = total_closing - total_opening - int(total_lines.sum())
    total_lines[LINES.index("fx")] += rates_changed
    words = ledger.vocabularies["currency"]
    used = np.flatnonzero((opening != 0) | (closing != 0) | (lines != 0).any(axis=1))
    return RollForward(
        opening_on,
        closing_on,
        tuple(
            Rolled(str(words[code]), int(opening[code]), lines[code], int(closing[code]))
            for code in used
        ),
        Rolled(ledger.extract.reporting_currency, total_opening, total_lines, total_closing),
    )


def _lines(books: Books, opening_on: int, closing_on: int) -> tuple[Minor, Minor]:
    """Movements of each currency by line, and of the whole in the reporting currency."""
    moved = books.movements.take((books.moved_on > opening_on) & (books.moved_on <= closing_on))
    lines = np.zeros((len(books.ledger.vocabularies["currency"]), len(LINES)), np.int64)
    np.add.at(lines, (moved.currency, moved.line), moved.amount_minor)
    reporting = in_reporting(books.ledger, moved.currency, moved.amount_minor, moved.happened_on)
    total = np.zeros(len(LINES), np.int64)
    np.add.at(total, moved.line, reporting)
    return lines, total


def _receivables(books: Books, as_of: int) -> tuple[Minor, int]:
    """Receivables by currency, and in the reporting currency, each item converted once."""
    ledger = books.ledger
    balance = np.concatenate(books.balances(as_of))
    currency = np.concatenate([ledger.invoices["currency"], ledger.payments["currency"]])
    by_currency = np.zeros(len(ledger.vocabularies["currency"]), np.int64)
    np.add.at(by_currency, currency, balance)
    day = np.full(len(balance), as_of, np.int32)
    return by_currency, int(in_reporting(ledger, currency, balance, day).sum())
