"""The books again in plain slow Python, from what was known on one day: an oracle for tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.ledger import Ledger
from ledger.money import exponent
from tests.written import records

Row = dict[str, Any]


@dataclass
class Applied:
    """One application of one source (or none) to one invoice."""

    invoice: str
    kind: str
    amount: int
    allocated_on: int
    value_on: int
    payment: str | None


class PlainBooks:
    """What was known of a ledger at the close of one day, worked out from scratch."""

    def __init__(self, ledger: Ledger, day: int) -> None:
        self.day = day
        self.currency = ledger.extract.reporting_currency
        self.invoices = _known(ledger, "invoices", "issued_on", day)
        self.payments = _known(ledger, "payments", "paid_on", day)
        self.allocations = _known(ledger, "allocations", "allocated_on", day)
        self.rates = [row for row in records(ledger, "fx_rates") if row["on"] <= day]
        self.invoice = {row["invoice_id"]: row for row in self.invoices}
        self.payment = {row["payment_id"]: row for row in self.payments}
        self.applied = [found for found in self._applied() if found.invoice in self.invoice]

    def state(self, invoice: Row, definitions: Any) -> tuple[str, int | None]:
        """State of an invoice, and paid_on where it is paid."""
        mine = [found for found in self.applied if found.invoice == invoice["invoice_id"]]
        unit = 10 ** exponent(invoice["currency"])
        bound = int(
            max(
                definitions.short_pay_abs * unit,
                round(definitions.short_pay_pct * abs(invoice["amount"]), 6),
            )
        )
        cash = sum(found.amount for found in mine if found.kind == "payment")
        bad_debt = sum(found.amount for found in mine if found.kind == "bad_debt")
        credit = sum(found.amount for found in mine) - cash - bad_debt
        rest = invoice["amount"] - credit
        if rest - cash > bound:
            written_off = bad_debt > 0 and rest - cash - bad_debt <= bound
            return ("written off" if written_off else "open"), None
        if cash <= 0:
            return ("cancelled" if credit > 0 else "open"), None
        days = sorted({max(found.value_on, invoice["issued_on"]) for found in mine})
        paid_on, paid = None, False
        for day in days:
            received = sum(
                found.amount
                for found in mine
                if found.kind == "payment" and max(found.value_on, invoice["issued_on"]) <= day
            )
            enough = received > 0 and rest - received <= bound
            if enough and not paid:
                paid_on = day
            paid = enough
        return "paid", paid_on

    def residual(self, invoice: Row) -> int:
        """What is left of an invoice, or (below zero) of a credit note, its uses apart."""
        allocated = sum(f.amount for f in self.applied if f.invoice == invoice["invoice_id"])
        return int((-1 if is_note(invoice) else 1) * abs(invoice["amount"]) - allocated)

    def _applied(self) -> Iterator[Applied]:
        for row in self.allocations:
            yield self._stated(row)
        for payment in self.payments:
            if payment["reversal_of"] is None and payment["invoice_id"] is not None:
                if not self._names(payment["payment_id"], {"payment"}):
                    yield self._implied(payment, "invoice_id", "paid_on", "payment")
        for note in self.invoices:
            if is_note(note) and note["applies_to"] is not None:
                if not self._names(note["invoice_id"], {"credit_note"}):
                    yield self._implied(note, "applies_to", "issued_on", "credit_note")
        for payment in self.payments:
            if payment["reversal_of"] is None:
                yield from self._reversals_of(payment, list(self._with(payment)))

    def _stated(self, row: Row) -> Applied:
        value_on, source = row["allocated_on"], self.payment.get(row["source_id"] or "")
        if row["kind"] == "credit_note":
            source = None
        if source is not None and row["kind"] == "payment":
            if _known_on(source, "paid_on") <= _known_on(row, "allocated_on"):
                value_on = source["paid_on"]
        return Applied(
            row["invoice_id"],
            row["kind"],
            row["amount"],
            max(row["allocated_on"], value_on),
            value_on,
            None if source is None else source["payment_id"],
        )

    def _implied(self, source: Row, target: str, on: str, kind: str) -> Applied:
        invoice = self.invoice.get(source[target])
        amount = abs(source["amount"]) if kind == "credit_note" else source["amount"]
        if invoice is not None:
            amount = self.exchanged(amount, source["currency"], invoice["currency"], source[on])
        payment = source.get("payment_id")
        return Applied(source[target], kind, amount, source[on], source[on], payment)

    def _names(self, source: str, kinds: set[str] | None = None) -> bool:
        return any(
            row["source_id"] == source
            and (kinds is None or row["kind"] in kinds)
            and (kinds is not None or row["kind"] != "credit_note")
            for row in self.allocations
        )

    def _with(self, payment: Row) -> Iterator[Applied]:
        """What was applied with a payment itself, stated or implied."""
        for row in self.allocations:
            found = self._stated(row)
            if found.payment == payment["payment_id"]:
                yield found
        if payment["reversal_of"] is None and payment["invoice_id"] is not None:
            if not self._names(payment["payment_id"], {"payment"}):
                yield self._implied(payment, "invoice_id", "paid_on", "payment")

    def _reversals_of(self, payment: Row, applied: list[Applied]) -> Iterator[Applied]:
        """What reversals of a payment undo, and what reversals of those restore."""
        reversals = [row for row in self.payments if row["reversal_of"] == payment["payment_id"]]
        reversals.sort(key=lambda row: (_known_on(row, "paid_on"), row["payment_id"]))
        size, returned = max(abs(payment["amount"]), 1), 0
        for row in reversals:
            before = min(returned / size, 1.0)
            returned += abs(row["amount"])
            after = min(returned / size, 1.0)
            undone = [
                Applied(
                    found.invoice,
                    found.kind,
                    round(found.amount * before) - round(found.amount * after),
                    max(row["paid_on"], found.allocated_on),
                    max(row["paid_on"], found.value_on),
                    row["payment_id"],
                )
                for found in applied
            ]
            if self._names(row["payment_id"]):
                undone = []
            yield from undone
            yield from self._reversals_of(row, undone + list(self._with(row)))

    def exchanged(self, amount: int, source: str, target: str, on: int) -> int:
        """An amount in another currency, at the rates of a day."""
        if source == target:
            return amount
        scale = 10.0 ** (exponent(target) - exponent(source))
        return round(amount * self.rate(source, on) / self.rate(target, on) * scale)

    def rate(self, currency: str, on: int) -> float:
        """The latest rate of a currency on or before a day."""
        if currency == self.currency:
            return 1.0
        rates = [
            (row["on"], row["rate"])
            for row in self.rates
            if row["currency"] == currency and on - 7 <= row["on"] <= on
        ]
        return float(max(rates)[1])


def is_note(invoice: Row) -> bool:
    """Whether an invoice row is a credit note."""
    return invoice["kind"] == "credit_note" or invoice["amount"] < 0


def days_of(ledger: Ledger) -> list[int]:
    """Every day on which something became known of a ledger's money."""
    return sorted(
        {
            _known_on(row, on)
            for table, on in (
                ("invoices", "issued_on"),
                ("payments", "paid_on"),
                ("allocations", "allocated_on"),
            )
            for row in records(ledger, table)
        }
    )


def _known(ledger: Ledger, table: str, on: str, day: int) -> list[Row]:
    return [row for row in records(ledger, table) if _known_on(row, on) <= day]


def _known_on(row: Row, on: str) -> int:
    return int(max(row[on], row["recorded_on"] if row["recorded_on"] is not None else row[on]))
