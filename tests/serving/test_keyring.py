"""The keyring asks the database seldom, never in the way of others, and not for ever."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from ledger.errors import DatabaseError
from serving import keyring
from serving.access import Key
from serving.keyring import FRESH_SECONDS, UNKNOWN_SECONDS, Keyring
from tests.serving.keys import NOW, key_of

KEY, OTHER = key_of("admin", 1), key_of("o2c", 2)


class Shelf:
    """Keys that somebody reads, and how often; a clock that is moved by hand."""

    def __init__(self, *keys: Key) -> None:
        self.keys = keys
        self.readings = 0
        self.seconds = 100.0
        self.fails: Exception | None = None

    def read(self) -> tuple[Key, ...]:
        self.readings += 1
        if self.fails is not None:
            raise self.fails
        return self.keys

    def clock(self) -> float:
        return self.seconds


def test_between_two_readings_a_look_asks_nobody() -> None:
    shelf = Shelf(KEY)
    ring = Keyring(shelf.read, shelf.clock)

    async def look() -> None:
        for _ in range(50):
            assert await ring.find(KEY.key_id) == KEY
            assert await ring.find(OTHER.key_id) is None

    asyncio.run(look())
    assert shelf.readings == 1


def test_a_key_that_goes_is_gone_after_a_few_seconds() -> None:
    shelf = Shelf(KEY)
    ring = Keyring(shelf.read, shelf.clock)

    async def look() -> list[Key | None]:
        found = [await ring.find(KEY.key_id)]
        shelf.keys = ()
        for passed in (FRESH_SECONDS - 0.01, 0.02):
            shelf.seconds += passed
            found.append(await ring.find(KEY.key_id))
        return found

    assert asyncio.run(look()) == [KEY, KEY, None]
    assert FRESH_SECONDS <= 5


def test_a_key_that_comes_is_found_within_a_second() -> None:
    shelf = Shelf()
    ring = Keyring(shelf.read, shelf.clock)

    async def look() -> list[Key | None]:
        found = [await ring.find(KEY.key_id)]
        shelf.keys = (KEY,)
        shelf.seconds += UNKNOWN_SECONDS
        found.append(await ring.find(KEY.key_id))
        return found

    assert asyncio.run(look()) == [None, KEY]
    assert UNKNOWN_SECONDS <= 1


def test_all_who_look_at_once_wait_for_one_reading_and_the_loop_goes_on() -> None:
    shelf = Shelf(KEY)
    may_end = threading.Event()

    def read() -> tuple[Key, ...]:
        may_end.wait(10)
        return shelf.read()

    ring = Keyring(read, shelf.clock)

    async def look() -> list[Key | None]:
        looks = [asyncio.create_task(ring.find(KEY.key_id)) for _ in range(20)]
        await asyncio.sleep(0.05)
        assert not any(look.done() for look in looks)
        may_end.set()
        return await asyncio.gather(*looks)

    assert asyncio.run(look()) == [KEY] * 20
    assert shelf.readings == 1


def test_where_the_keys_cannot_be_read_nobody_is_let_in_until_they_can() -> None:
    shelf = Shelf(KEY)
    ring = Keyring(shelf.read, shelf.clock)

    async def look() -> None:
        await ring.find(KEY.key_id)
        shelf.fails = DatabaseError("it is down")
        shelf.seconds += FRESH_SECONDS
        for _ in range(2):
            with pytest.raises(DatabaseError, match="it is down"):
                await ring.find(KEY.key_id)
        shelf.fails = None
        assert await ring.find(KEY.key_id) == KEY

    asyncio.run(look())
    assert shelf.readings == 4


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "PATIENCE_SECONDS", 0.05)
    may_end, readings = threading.Event(), []

    def read() -> tuple[Key, ...]:
        readings.append(1)
        may_end.wait(10)
        return ()

    ring = Keyring(read)

    async def look() -> float:
        begun = time.monotonic()
        for _ in range(3):
            with pytest.raises(DatabaseError, match="not be read within"):
                await ring.find(KEY.key_id)
        took = time.monotonic() - begun
        may_end.set()
        return took

    assert asyncio.run(look()) < 5
    assert readings == [1]


def test_who_may_just_have_been_made_is_waited_for_until_the_next_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyring, "UNKNOWN_SECONDS", 0.05)
    shelf = Shelf()
    ring = Keyring(shelf.read, shelf.clock)

    async def look() -> list[Key | None]:
        found = [await ring.find(KEY.key_id, patiently=True)]
        shelf.keys = (KEY,)
        found.append(await ring.find(KEY.key_id))
        return [*found, await ring.find(KEY.key_id, patiently=True)]

    assert asyncio.run(look()) == [None, None, KEY]
    assert shelf.readings == 2


def test_a_reading_that_began_before_a_change_is_not_taken_for_one_after_it() -> None:
    held, may_end = threading.Event(), threading.Event()
    revoked = replace(KEY, revoked_at=NOW)
    told = [(KEY,), (revoked,)]

    def read() -> tuple[Key, ...]:
        found = told.pop(0)
        if told:
            held.set()
            may_end.wait(10)
        return found

    ring = Keyring(read)

    async def look() -> list[Key | None]:
        before = asyncio.create_task(ring.find(KEY.key_id))
        await asyncio.to_thread(held.wait, 10)
        ring.read_anew()
        after = await ring.find(KEY.key_id)
        may_end.set()
        return [await before, after, await ring.find(KEY.key_id)]

    assert asyncio.run(look()) == [revoked, revoked, revoked]
