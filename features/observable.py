"""What can be observed: an invoice of the customer that is known by the close of the day."""

import numpy as np

from features.frame import ObservationError, Observations
from ledger.applications import is_credit_note
from ledger.arrays import Flags
from ledger.days import date_of
from ledger.ledger import Ledger


def require_observable(ledger: Ledger, observations: Observations) -> None:
    """Refuse observations of invoices that could not be looked at.

    Raises
    ------
    ObservationError
        Naming the first of each kind: of an invoice that is not yet known, of a credit note,
        or of another customer's invoice.
    """
    has = np.flatnonzero(observations.has_invoice)
    invoice, as_of = observations.invoice[has], observations.as_of[has]
    invoices = ledger.invoices
    problems = []

    def refuse(bad: Flags, reason: str, remedy: str) -> None:
        for at in np.flatnonzero(bad)[:1]:
            row = invoice[at]
            name = ledger.vocabularies["invoice"][invoices["invoice_id"][row]]
            day = date_of(as_of[at]).isoformat()
            known = date_of(invoices.known_on[row]).isoformat()
            said = reason.format(day=day, known=known)
            more = f" ({int(bad.sum())} observations like it)" if bad.sum() > 1 else ""
            problems.append(f"observation {has[at]}: invoice {name} {said}{more}; {remedy}")

    refuse(
        invoices.known_on[invoice] > as_of,
        "was not known at the close of {day} but on {known}",
        "observe it when it is issued and recorded",
    )
    refuse(is_credit_note(ledger)[invoice], "is a credit note", "observe invoices only")
    refuse(
        invoices["customer_id"][invoice] != observations.customer[has],
        "belongs to another customer",
        "give the customer of each invoice beside it",
    )
    if problems:
        raise ObservationError(problems)
