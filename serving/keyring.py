"""The keyring: the keys as this process knows them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from time import monotonic

from ledger.errors import DatabaseError
from serving.access import Key

FRESH_SECONDS = 5.0
"""A key that is revoked counts no longer than this."""

UNKNOWN_SECONDS = 1.0
"""A key that is made counts after this at the latest."""

PATIENCE_SECONDS = 5.0
NEVER = -float("inf")


class Keyring:
    """All keys of the database, read anew every few seconds, in a thread, when one is looked for.

    Between two readings a look costs nothing, and one for a key that does not exist no more than
    a reading a second.

    Parameters
    ----------
    read
        Reads every key; may block.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, read: Callable[[], Iterable[Key]], clock: Callable[[], float] = monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._read_at = NEVER
        self._reading: asyncio.Task[None] | None = None

    async def find(self, key_id: str, *, patiently: bool = False) -> Key | None:
        """The key with an id, as the database had it at most `FRESH_SECONDS` ago.

        Parameters
        ----------
        patiently
            Whether to wait for the next reading where nobody knows it: it may just have been made.

        Raises
        ------
        DatabaseError
            If the database cannot be read, or not in time.
        """
        age = self._clock() - self._read_at
        if patiently and key_id not in self._keys and age < UNKNOWN_SECONDS:
            await asyncio.sleep(UNKNOWN_SECONDS - age)
            age = UNKNOWN_SECONDS
        if age >= FRESH_SECONDS or (key_id not in self._keys and age >= UNKNOWN_SECONDS):
            await self._refreshed()
        return self._keys.get(key_id)

    def read_anew(self) -> None:
        """Read the keys at the next look, and from now on: this process has changed them."""
        self._read_at = NEVER
        self._reading = None

    async def _refreshed(self) -> None:
        """Wait for the reading under way; of all who look at once, one begins it."""
        reading = self._reading
        if reading is None or reading.done():
            self._reading = reading = asyncio.create_task(self._read_keys())
        done, _ = await asyncio.wait({reading}, timeout=PATIENCE_SECONDS)
        if not done:
            raise DatabaseError(f"the keys could not be read within {PATIENCE_SECONDS:g} seconds")
        reading.result()
        if self._read_at == NEVER:  # the keys were changed meanwhile
            await self._refreshed()

    async def _read_keys(self) -> None:
        begun = self._clock()
        keys = {key.key_id: key for key in await asyncio.to_thread(self._read)}
        if self._reading is asyncio.current_task():
            self._keys, self._read_at = keys, begun
