"""The records database: what is written stays, in the order it was written."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from decisions.records import Promotion, append_promotion, promotions
from ledger.settings import Settings
from ledger.store import open_store

FIRST = Promotion(1, None, "a" * 64, datetime(2026, 1, 2, 9, 0), "Anna", "the first")
SECOND = Promotion(2, 1, "b" * 64, datetime(2026, 2, 3, 9, 0), "Bruno", "better backtest")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "new" / "home")


def test_promotions_are_remembered_the_last_first(home: Settings) -> None:
    engine = open_store(home)
    assert promotions(engine) == ()
    append_promotion(home, FIRST)
    append_promotion(home, SECOND)
    assert promotions(open_store(home)) == (SECOND, FIRST)


@pytest.mark.parametrize("change", ["UPDATE promotions SET why = ''", "DELETE FROM promotions"])
def test_what_is_recorded_cannot_be_changed(home: Settings, change: str) -> None:
    engine = open_store(home)
    append_promotion(home, FIRST)
    with pytest.raises(DBAPIError, match="promotions is append-only"), engine.begin() as connection:
        connection.execute(text(change))
    assert promotions(engine) == (FIRST,)


def test_the_database_is_one_file_in_the_home(home: Settings) -> None:
    append_promotion(home, FIRST)
    assert sorted(path.name for path in home.home.iterdir()) == ["audit", "duecast.db"]
