"""What every question has in common: the desk, the day, the reasons and their language."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Header, Request

from ledger.days import date_of, day_of
from ledger.ledger import Ledger
from models.sentences import Language
from serving.desk import Desk
from serving.languages import language_of
from serving.problems import Flaw, RefusedError, pointer


@dataclass(frozen=True)
class Asked:
    """As of which day is asked, how far the ledger may fall short of it, and how many reasons."""

    as_of: date | None = None
    allow_stale_days: int = 0
    explain: int = 0
    language: Language = "en"

    def day(self, ledger: Ledger) -> int:
        """The day at whose close to look: the one asked, else the last that the ledger covers.

        Raises
        ------
        RefusedError
            If the ledger falls short of it by more days than are allowed.
        """
        through = ledger.extract.complete_through
        day = through if self.as_of is None else day_of(self.as_of)
        if day - through > self.allow_stale_days:
            detail = (
                f"as_of is {self.as_of}, but the ledger is complete through {date_of(through)}, "
                "and every payment not loaded yet would read as lateness; load what is missing, "
                f"ask for a day up to {date_of(through)}, or accept it with "
                f"allow_stale_days = {day - through}"
            )
            raise RefusedError("unusable-day", detail, [Flaw(detail, pointer("as_of"))])
        return day


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
