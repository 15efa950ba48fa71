"""What every question has in common: the desk, the day, the language."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Header, Request

from ledger.days import date_of, day_of
from ledger.ledger import Ledger
from models.sentences import Language
from serving.desk import Desk
from serving.languages import language_of
from serving.problems import Flaw, RefusedError, pointer


def _open_desk(request: Request) -> Desk:
    desk: Desk = request.app.state.readiness.desk()
    return desk


def _language(
    accept_language: Annotated[
        str | None,
        Header(alias="Accept-Language", description="Of the reasons' sentences: `en` or `fr`."),
    ] = None,
) -> Language:
    return language_of(accept_language)


OpenDesk = Annotated[Desk, Depends(_open_desk)]
AskedLanguage = Annotated[Language, Depends(_language)]


def day_asked(ledger: Ledger, as_of: date | None, allow_stale_days: int) -> int:
    """The day at whose close to look: the one asked, else the last that the ledger covers.

    Raises
    ------
    RefusedError
        If the ledger falls short of it by more days than are allowed.
    """
    through = ledger.extract.complete_through
    day = through if as_of is None else day_of(as_of)
    if day - through > allow_stale_days:
        detail = (
            f"as_of is {as_of}, but the ledger is complete through {date_of(through)}, and every "
            "payment not loaded yet would read as lateness; load what is missing, ask for a day "
            f"up to {date_of(through)}, or accept it with allow_stale_days = {day - through}"
        )
        raise RefusedError("unusable-day", detail, [Flaw(detail, pointer("as_of"))])
    return day
