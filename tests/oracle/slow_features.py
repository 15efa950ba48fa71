"""The catalogue again, in plain slow Python: one observation at a time, from rows of tables.

Written from the definitions, not from the kernels: every feature looks at the whole history as
it is known at the close of `as_of` and sums it up. Settlement, disputes, promises and rates are
the ledger's, which has tests of its own.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean
from typing import Any

from ledger.applications import is_credit_note, reversed_payments
from ledger.days import date_of
from ledger.definitions import Definitions
from ledger.disputes import disputes_of
from ledger.ledger import Ledger
from ledger.movements import payers
from ledger.promises import BROKEN, KEPT, promise_outcomes
from ledger.settlement import OPEN, PAID, WRITTEN_OFF
from tests.oracle.slow_ledger import Item, fact_of, groups_of, judge, read_facts, read_items

NAN = math.nan
EUR = 100.0


@dataclass
class Outcome:
    """A payment that stands: when it was known, when it was made, how late."""

    item: Item
    known_on: int
    paid_on: int
    late: int


class SlowFeatures:
    """Features of a ledger's observations, one at a time."""

    def __init__(self, ledger: Ledger, priors_of: Ledger, definitions: Definitions) -> None:
        self.ledger = ledger
        self.definitions, self.grace = definitions, definitions.grace_days
        self.items = read_items(ledger, definitions)
        self.judged = judge(priors_of, definitions)
        self.facts = read_facts(ledger)
        self.judged_promises = promise_outcomes(ledger)

    def of(self, customer: int, invoice: int | None, as_of: int) -> dict[str, float]:
        """Every feature of one observation."""
        known = [i for i in self.items if i.customer == customer and i.known_on <= as_of]
        known.sort(key=lambda i: (i.known_on, i.id))
        own = next((i for i in known if i.row == invoice), None)
        others = [i for i in known if i is not own]
        outcomes = []
        for item in others:
            state, paid_on, since = item.at(as_of)
            if state == PAID:
                paid_on = max(paid_on, item.issued_on)
                late = min(max(paid_on - item.due_on, -60), 365)
                outcomes.append(Outcome(item, since, paid_on, late))
        outcomes.sort(key=lambda o: (o.known_on, o.item.known_on, o.item.id))
        found = {
            **self.terms(customer, own, others, as_of),
            **self.behaviour(own, outcomes, as_of),
            **self.likeness(own, outcomes),
            **habits(own, outcomes, as_of),
            **self.open_items(customer, own, others, as_of),
            **siblings(own, others, outcomes, as_of),
            **self.incidents(customer, own, others, as_of),
            **self.relation(customer, others, as_of),
        }
        return found | self.portfolio(customer, found, as_of)

    def terms(
        self, customer: int, own: Item | None, others: list[Item], as_of: int
    ) -> dict[str, float]:
        names = (
            "terms_days terms_over_agreed_days discount_pct discount_days_left drawn_by_seller"
            " due_weekday due_month_day due_days_to_month_end issue_weekday amount amount_ratio"
            " terms_change_days days_since_issue days_past_due paid_share"
        )
        found = dict.fromkeys(names.split(), NAN)
        if own is None:
            return found
        table = self.ledger.invoices
        due, issued = date_of(own.due_on), date_of(own.issued_on)
        left_of_month = [k for k in range(1, 31) if date_of(own.due_on + k).month == due.month]
        found["terms_days"] = own.terms_days
        found["terms_over_agreed_days"] = own.terms_days - self.number(
            customer, "terms_days", as_of
        )
        if table.known("discount_pct")[own.row]:
            found["discount_pct"] = float(table["discount_pct"][own.row])
        if table.known("discount_until")[own.row]:
            found["discount_days_left"] = int(table["discount_until"][own.row]) - as_of
        method = self.ledger.text("invoices", "payment_method")[own.row]
        if method:
            found["drawn_by_seller"] = method in ("direct_debit", "card", "bill", "prepaid")
        found["due_weekday"], found["issue_weekday"] = due.weekday(), issued.weekday()
        found["due_month_day"] = due.day
        found["due_days_to_month_end"] = len(left_of_month)
        if own.priced:
            found["amount"] = own.amount / EUR
        logs = [math.log(i.amount) for i in others if i.amount > 0]
        if own.amount > 0 and logs:
            found["amount_ratio"] = own.amount / math.exp(mean(logs))
        if others:
            found["terms_change_days"] = own.terms_days - mean(i.terms_days for i in others)
        found["days_since_issue"] = as_of - own.issued_on
        found["days_past_due"] = as_of - own.due_on
        if own.amount > 0:
            found["paid_share"] = 1 - own.left(as_of) / own.amount
        return found

    def behaviour(self, own: Item | None, outcomes: list[Outcome], as_of: int) -> dict[str, float]:
        late = [o.late for o in outcomes]
        n = len(late)
        ranked = sorted(late)

        def quantile(part: int, of: int) -> float:
            return ranked[-(-part * n // of) - 1] if n else NAN

        def share(hits: list[bool]) -> float:
            return sum(hits) / len(hits) if hits else NAN

        to_pay = average([o.paid_on - o.item.issued_on for o in outcomes])
        found = {
            "outcomes": n,
            "days_late_mean": average(late),
            "days_late_median": quantile(1, 2),
            "days_late_p90": quantile(9, 10),
            "days_late_worst": max(late, default=NAN),
            "days_late_quartiles": quantile(3, 4) - quantile(1, 4),
            "days_late_spread": (
                math.sqrt(sum((x - mean(late)) ** 2 for x in late) / (n - 1)) if n > 1 else NAN
            ),
            "days_late_weighted": weighted(late, [o.item.amount for o in outcomes]),
            "late_share": share([x > self.grace for x in late]),
            "early_share": share([x < 0 for x in late]),
            "on_day_share": share([x == 0 for x in late]),
            "over_30_share": share([x > 30 for x in late]),
            "days_to_pay_mean": to_pay,
            "days_late_implied": NAN if own is None else to_pay - own.terms_days,
        }
        last = late[::-1][:5]
        for place in range(5):
            found[f"days_late_last_{place + 1}"] = last[place] if place < len(last) else NAN
        found["days_late_last_lowest"] = min(last, default=NAN)
        found["days_late_last_highest"] = max(last, default=NAN)
        found["days_late_last_median"] = sorted(last)[(len(last) - 1) // 2] if last else NAN
        for days in (30, 90, 180, 365):
            window = [o.late for o in outcomes if o.known_on > as_of - days]
            found[f"outcomes_{days}d"] = len(window)
            found[f"days_late_mean_{days}d"] = average(window)
            found[f"late_share_{days}d"] = share([x > self.grace for x in window])
        for days in (15, 60, 180):
            weights = [0.5 ** ((as_of - o.known_on) / days) for o in outcomes]
            found[f"days_late_decayed_{days}d"] = weighted(late, weights)
            found[f"late_share_decayed_{days}d"] = weighted([x > self.grace for x in late], weights)
        found["days_late_trend"] = found["days_late_decayed_15d"] - found["days_late_decayed_180d"]
        return found

    def likeness(self, own: Item | None, outcomes: list[Outcome]) -> dict[str, float]:
        if own is None:
            names = "like_terms like_amount same_weekday".split()
            return {"outcomes_same_weekday": NAN} | {f"days_late_{name}": NAN for name in names}

        def terms(item: Item) -> int:
            return min(max(item.terms_days, 0), 180)

        like_terms = [o.late for o in outcomes if abs(terms(o.item) - terms(own)) <= 2]
        like_amount = [
            o.late
            for o in outcomes
            if o.item.amount > 0
            and own.amount > 0
            and abs(amount_class(o.item.amount) - amount_class(own.amount)) <= 2
        ]
        same = [o.late for o in outcomes if (o.item.due_on - own.due_on) % 7 == 0]
        return {
            "days_late_like_terms": average(like_terms),
            "days_late_like_amount": average(like_amount),
            "days_late_same_weekday": average(same),
            "outcomes_same_weekday": len(same),
        }

    def open_items(
        self, customer: int, own: Item | None, others: list[Item], as_of: int
    ) -> dict[str, float]:
        still_open = [i for i in others if i.at(as_of)[0] == OPEN]
        amount = sum(i.left(as_of) for i in still_open)
        overdue = [i for i in still_open if as_of - i.due_on > self.grace]
        ages = [as_of - i.due_on for i in overdue]
        overdue_amount = sum(i.left(as_of) for i in overdue)
        soon = [i for i in still_open if as_of < i.due_on <= as_of + 7]
        limit = self.number(customer, "credit_limit", as_of)
        used = amount
        if own is not None and own.at(as_of)[0] == OPEN:
            used += own.left(as_of)
        return {
            "open_items": len(still_open),
            "open_amount": amount / EUR,
            "overdue_items": len(overdue),
            "overdue_amount": overdue_amount / EUR,
            "overdue_share": overdue_amount / amount if amount > 0 else NAN,
            "overdue_days_mean": average(ages),
            "overdue_days_oldest": max(ages, default=NAN),
            "overdue_days_newest": min(ages, default=NAN),
            "due_soon_items": len(soon),
            "due_soon_amount": sum(i.left(as_of) for i in soon) / EUR,
            "limit_use": used / EUR / limit if limit > 0 else NAN,
            "part_paid_items": sum(i.cash(as_of) > 0 for i in still_open),
            "part_paid_share": average([i.ever_part_paid(as_of) for i in others]),
            "written_off_items": sum(i.at(as_of)[0] == WRITTEN_OFF for i in others),
        }

    def incidents(
        self, customer: int, own: Item | None, others: list[Item], as_of: int
    ) -> dict[str, float]:
        ledger = self.ledger
        rows = {i.row: i for i in others} | ({own.row: own} if own else {})
        disputes = disputes_of(ledger)
        of_own, of_others, open_own, open_others = 0, 0, 0, 0
        for d in range(len(disputes)):
            row = int(disputes.invoice[d])
            if row in rows and disputes.from_day[d] <= as_of:
                closed = disputes.has_until[d] and disputes.until_day[d] <= as_of
                if own is not None and row == own.row:
                    of_own, open_own = of_own + 1, open_own + (not closed)
                else:
                    of_others, open_others = of_others + 1, open_others + (not closed)
        invoices, promises = ledger.invoices, ledger.promises
        notes = sum(
            note and invoices["customer_id"][row] == customer and invoices.known_on[row] <= as_of
            for row, note in enumerate(is_credit_note(ledger))
        )
        judged = self.judged_promises
        mine = [
            (int(judged.judged_on[j]), int(judged.outcome[j]))
            for j in range(len(judged))
            if judged.customer[j] == customer and judged.judged_on[j] <= as_of
        ]
        row_of, found = ledger.row_of("invoices", "invoice_id")
        ahead = []
        for p in range(len(promises)):
            owner, about = promises["customer_id"][p], None
            if promises.known("invoice_id")[p]:
                code = promises["invoice_id"][p]
                about = int(row_of[code]) if found[code] else -1
                owner = next((i.customer for i in self.items if i.row == about), -1)
                if found[code] and invoices.known_on[about] > as_of:
                    continue
            until = min(promises["promised_on"][p] + 3, promises["made_on"][p] + 30)
            if owner != customer or promises.known_on[p] > as_of or until < as_of:
                continue
            if own is None or about is None or about == own.row:
                ahead.append(int(promises["promised_on"][p]) - as_of)
        payer, counts, payer_known_on = payers(ledger)
        _, reverses = reversed_payments(ledger)
        returned = [
            p
            for p in range(len(ledger.payments))
            if reverses[p]
            and counts[p]
            and payer[p] == customer
            and as_of - 365 < payer_known_on[p] <= as_of
        ]
        kept = [outcome == KEPT for _, outcome in mine]
        return {
            "disputed": NAN if own is None else float(open_own > 0),
            "open_disputes": open_others,
            "disputes_per_invoice": of_others / len(others) if others else NAN,
            "credit_notes_per_invoice": notes / len(others) if others else NAN,
            "days_to_promise": min(ahead, default=NAN),
            "kept_promise_share": average(kept),
            "broken_promises_365d": sum(
                outcome == BROKEN and day > as_of - 365 for day, outcome in mine
            ),
            "returned_payments_365d": len(returned),
        }

    def relation(self, customer: int, others: list[Item], as_of: int) -> dict[str, float]:
        days = [i.known_on for i in others]
        billed = sum(i.amount for i in others if i.known_on > as_of - 90)
        before = sum(i.amount for i in others if as_of - 180 < i.known_on <= as_of - 90)
        status = self.fact(customer, "status", as_of)
        return {
            "tenure_days": min(as_of - min(days), 365) if days else NAN,
            "days_since_invoice": as_of - max(days) if days else NAN,
            "invoices": min(len(others), 50),
            "invoices_90d": sum(day > as_of - 90 for day in days),
            "billing_growth": billed / before if before > 0 else NAN,
            "on_hold": float(status is not None and status != "active"),
        }

    def portfolio(self, customer: int, own: dict[str, float], as_of: int) -> dict[str, float]:
        def window(group: str | None, days: int) -> dict[str, float]:
            total: dict[str, float] = defaultdict(float)
            for day, groups, counts in self.judged:
                if as_of - days < day <= as_of and group in groups:
                    for name, count in counts.items():
                        total[name] += count
            return total

        def rate(part: float, whole: float) -> float:
            return part / whole if whole > 0 else NAN

        def shrunk(part: float, whole: float, wider: float, weight: float) -> float:
            if math.isnan(wider):
                return rate(part, whole)
            return (part + weight * wider) / (whole + weight)

        found = {}
        for days in (30, 90, 365):
            total = window("portfolio", days)
            found[f"portfolio_late_share_{days}d"] = rate(total["late"], total["due"])
            if days > 30:
                found[f"portfolio_days_late_{days}d"] = rate(total["days_late"], total["mature"])
        late_share = found["portfolio_late_share_365d"]
        days_late = found["portfolio_days_late_365d"]
        segment = self.fact(customer, "segment", as_of)
        country, parent = groups_of(self.ledger, customer, self.definitions)
        for kind, name in (("country", country), ("segment", segment), ("parent", parent)):
            total = window(None if name is None else f"{kind}={name}", 365)
            found[f"{kind}_late_share_365d"] = rate(total["late"], total["due"])
            found[f"{kind}_days_late_365d"] = rate(total["days_late"], total["mature"])
            late_share = shrunk(total["late"], total["due"], late_share, 50)
            days_late = shrunk(total["days_late"], total["mature"], days_late, 50)
        n, overdue = own["outcomes"], own["overdue_items"]
        late = (own["late_share"] * n if n else 0) + overdue
        days = (own["days_late_mean"] * n if n else 0) + (
            own["overdue_days_mean"] * overdue if overdue else 0
        )
        found["late_share_shrunk"] = shrunk(late, n + overdue, late_share, 10)
        found["days_late_shrunk"] = shrunk(days, n + overdue, days_late, 10)
        return found

    def fact(self, customer: int, name: str, as_of: int) -> str | None:
        return fact_of(self.facts, customer, name, as_of)

    def number(self, customer: int, name: str, as_of: int) -> float:
        value = self.fact(customer, name, as_of)
        return NAN if value is None else float(value)


def habits(own: Item | None, outcomes: list[Outcome], as_of: int) -> dict[str, float]:
    runs: dict[int, int] = defaultdict(int)
    for o in outcomes:
        runs[o.paid_on] += 1
    last = sorted(runs)[-12:]
    gaps = sorted(b - a for a, b in pairwise(last))
    paid = [o.paid_on for o in outcomes if o.known_on > as_of - 365]
    days = [date_of(day) for day in paid]
    weekdays = [day.weekday() for day in days]
    month_days = [day.day for day in days]
    at_end = [date_of(day + 3).month != date_of(day).month for day in paid]
    found = {
        "payment_run_items": average([runs[day] for day in last]),
        "payment_gap_days": gaps[(len(gaps) - 1) // 2] if gaps else NAN,
        "payment_gap_longest_days": max(gaps, default=NAN),
        "days_since_payment": as_of - last[-1] if last else NAN,
        "payment_weekday_top_share": top_share(weekdays),
        "payment_month_day_top_share": top_share(month_days),
        "payment_month_end_share": average(at_end),
        "due_weekday_share": NAN,
        "due_month_day_share": NAN,
        "days_to_payment_weekday": NAN,
        "days_to_payment_month_day": NAN,
        "days_to_payment_run": NAN,
    }
    if own is None:
        return found
    start = max(own.due_on, as_of + 1)
    if gaps:
        gap, run = gaps[(len(gaps) - 1) // 2], last[-1]
        found["days_to_payment_run"] = -((start - run) // -gap) * gap + run - start
    if paid:
        due = date_of(own.due_on)
        found["due_weekday_share"] = average([day == due.weekday() for day in weekdays])
        found["due_month_day_share"] = average([day == due.day for day in month_days])
        first = date_of(start)
        found["days_to_payment_weekday"] = average([(d - first.weekday()) % 7 for d in weekdays])
        usual = min(set(month_days), key=lambda day: (-month_days.count(day), day))
        left = next(k for k in range(31) if date_of(start + k + 1).month != first.month)
        wait = usual - first.day
        found["days_to_payment_month_day"] = min(wait, left) if wait >= 0 else left + usual
    return found


def siblings(
    own: Item | None, others: list[Item], outcomes: list[Outcome], as_of: int
) -> dict[str, float]:
    if own is None:
        names = "same_day_items same_due_items same_week_items paid_ahead_days".split()
        names += ["same_due_paid_share", "same_week_paid_share"]
        return dict.fromkeys(names, NAN)
    paid = {o.item.row for o in outcomes}
    same_due = [i for i in others if i.due_on == own.due_on]
    same_week = [i for i in others if (i.due_on + 3) // 7 == (own.due_on + 3) // 7]
    latest = max((o.item.due_on for o in outcomes[-5:]), default=NAN)
    return {
        "same_day_items": sum(i.known_on == own.known_on for i in others),
        "same_due_items": len(same_due),
        "same_due_paid_share": average([i.row in paid for i in same_due]),
        "same_week_items": len(same_week),
        "same_week_paid_share": average([i.row in paid for i in same_week]),
        "paid_ahead_days": latest - own.due_on,
    }


def amount_class(minor: int) -> int:
    """Class of an amount: four to each doubling, of equal width within it."""
    octave = max(minor.bit_length() - 3, 0)
    return 4 * octave + (minor >> octave)


def average(values: list[Any]) -> float:
    return sum(values) / len(values) if values else NAN


def weighted(values: list[Any], weights: list[float]) -> float:
    total = sum(weights)
    return sum(w * v for v, w in zip(values, weights, strict=True)) / total if total else NAN


def top_share(values: list[int]) -> float:
    return max(values.count(v) for v in values) / len(values) if values else NAN
