"""Who collects from whom, as the stored ledger says now."""

from sqlalchemy import Connection, select

from ledger.store.tables import VERSIONS

_CUSTOMERS = VERSIONS["customers"].c
_NOW = (_CUSTOMERS.ended_seq.is_(None), ~_CUSTOMERS.void)


def customers_of(connection: Connection, collector: str) -> frozenset[str]:
    """Ids of the customers that are assigned to a collector."""
    wanted = select(_CUSTOMERS.customer_id).where(*_NOW, _CUSTOMERS.collector == collector)
    return frozenset(connection.execute(wanted).scalars())


def collector_of(connection: Connection, customer_id: str) -> str:
    """The collector to whom a customer is assigned; empty where it is nobody's, or is not there."""
    wanted = select(_CUSTOMERS.collector).where(*_NOW, _CUSTOMERS.row_id == customer_id)
    return connection.execute(wanted).scalar() or ""
