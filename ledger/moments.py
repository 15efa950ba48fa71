"""Moments as they are stored: in UTC, without saying so."""

from datetime import UTC, datetime


def stored_utc(moment: datetime) -> datetime:
    """A moment as it is stored; one without a time zone is taken to be in UTC.

    >>> stored_utc(datetime.fromisoformat("2024-07-01T12:00:00+02:00"))
    datetime.datetime(2024, 7, 1, 10, 0)
    """
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
