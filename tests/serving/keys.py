"""Keys without a database, and admission by them, for tests that go through the gate alone."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from serving.access import Key
from serving.admission import SIGN_INS_PER_MINUTE, Admission
from serving.keyring import Keyring
from serving.rates import Rates
from serving.roles import ENDPOINTS, ROLES, Endpoints, Role

NOW = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)
SECRET = "5ec2e7" * 8
MEMORY = Path(":memory:")
SECONDS = 60 * 28_000_000 + 17.0
METHODS = ("GET", "POST")


def key_of(role: Role, number: int = 0, collector: str = "") -> Key:
    """A key that never expires, with the secret `SECRET`."""
    digest = sha256(SECRET.encode()).hexdigest()
    return Key(f"dk_{number:012x}", digest, role, "tests", collector, NOW, None)


def headers_of(key: Key, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.key_id}_{secret}"}


def admission_by(
    keyring: Keyring,
    now: Callable[[], datetime] = lambda: NOW,
    per_minute: int = 1_000_000,
    endpoints: Endpoints = ENDPOINTS,
) -> Admission:
    """Admission by a keyring, seventeen seconds after a minute began."""
    rates = (Rates(MEMORY, most, lambda: SECONDS) for most in (per_minute, SIGN_INS_PER_MINUTE))
    return Admission(keyring, *rates, now, endpoints)


def admission_to(*paths: str, keys: Iterable[Key] = (), per_minute: int = 1_000_000) -> Admission:
    """Admission of some keys to some paths, seventeen seconds after a minute began."""
    endpoints: Endpoints = {path: dict.fromkeys(METHODS, frozenset(ROLES)) for path in paths}
    return admission_by(Keyring(lambda: keys), per_minute=per_minute, endpoints=endpoints)
