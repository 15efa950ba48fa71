"""The customers that a collector may see: those assigned to it now, whatever a score run says."""

from fastapi import Request

from ledger.store import collector_of, customers_of
from serving.callers import caller_of, require_own_customer


def own_customers(request: Request) -> frozenset[str] | None:
    """Ids of the customers whom a collector that asks has now; None: who asks sees all.

    Raises
    ------
    RefusedError
        If the database is not open yet.
    DatabaseError
        If it cannot be used.
    """
    caller = caller_of(request)
    if caller.role != "collector":
        return None
    with request.app.state.readiness.engine().connect() as connection:
        return customers_of(connection, caller.collector)


def require_own(request: Request, customer_id: str) -> None:
    """Refuse to show a collector a customer that it does not have now; raises as above too.

    Raises
    ------
    RefusedError
        If a collector asks, and the customer is somebody else's, or nobody's.
    """
    caller = caller_of(request)
    if caller.role == "collector":
        with request.app.state.readiness.engine().connect() as connection:
            require_own_customer(caller, collector_of(connection, customer_id))
