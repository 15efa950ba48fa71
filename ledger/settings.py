"""Where things run: the `DUECAST_*` environment as one frozen value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from ledger.errors import SettingsError

PREFIX = "DUECAST_"


@dataclass(frozen=True)
class Setting:
    """What a setting means, what it may be, and how its text is read."""

    meaning: str
    expected: str
    read: Callable[[str], object]


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    return text


def _path(text: str) -> Path:
    return Path(_text(text)).expanduser()


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError("no port")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError("not positive")
    return count


def _form(text: str) -> str:
    if text not in ("json", "text"):
        raise ValueError("no form")
    return text


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where duecast runs and where it keeps what it writes.

    Each field is one environment variable: its name in capitals after `DUECAST_`.
    Making one reads nothing else and creates nothing.

    >>> Settings.from_environment({"DUECAST_PORT": "3001"}).port
    3001
    """

    home: Annotated[
        Path, Setting("directory that holds everything duecast writes", "a directory", _path)
    ] = Path(".duecast")
    tracking_uri: Annotated[
        str | None, Setting("MLflow store; unset: a SQLite file in the home", "an address", _text)
    ] = None
    database: Annotated[
        str | None,
        Setting("database URL; unset: a SQLite file in the home", "a database URL", _text),
    ] = None
    policy: Annotated[
        Path | None,
        Setting("policy the service decides by; unset: decisions/policy.toml", "a file", _path),
    ] = None
    host: Annotated[str, Setting("address the service listens on", "a host", _text)] = "127.0.0.1"
    port: Annotated[int, Setting("port the service listens on", "1 to 65535", _port)] = 3000
    workers: Annotated[
        int, Setting("processes that answer requests", "a whole number from 1 up", _count)
    ] = 1
    poll_seconds: Annotated[
        int, Setting("seconds between looks for a new champion", "a whole number from 1 up", _count)
    ] = 5
    max_body_mb: Annotated[
        int, Setting("largest body of a request, in MB", "a whole number from 1 up", _count)
    ] = 8
    read_seconds: Annotated[
        int, Setting("seconds a client has to send a request", "a whole number from 1 up", _count)
    ] = 10
    answer_seconds: Annotated[
        int, Setting("seconds a request may take to answer", "a whole number from 1 up", _count)
    ] = 30
    max_requests: Annotated[
        int, Setting("requests a process answers at once", "a whole number from 1 up", _count)
    ] = 32
    requests_per_minute: Annotated[
        int,
        Setting("requests a key may make in a minute", "a whole number from 1 up", _count),
    ] = 6_000
    log: Annotated[
        str | None,
        Setting("form of log lines; unset: text in a terminal, else json", "json or text", _form),
    ] = None
    real_data: Annotated[
        Path, Setting("public payment data, for tests and benchmarks", "a directory", _path)
    ] = Path("../shared/data")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings of an environment; variables that do not begin with `DUECAST_` are ignored.

        Raises
        ------
        SettingsError
            If a `DUECAST_` variable is unknown or cannot be read; names all of them.
        """
        known = {variable: (name, setting) for variable, name, setting in _declared()}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for variable in sorted(name for name in environ if name.startswith(PREFIX)):
            if variable not in known:
                problems.append(
                    f"{variable} is no setting; expected one of {', '.join(known)}; "
                    "correct its name or unset it"
                )
                continue
            name, setting = known[variable]
            try:
                values[name] = setting.read(environ[variable])
            except ValueError:
                problems.append(
                    f"{variable} is {environ[variable]!r}; expected {setting.expected}; "
                    "correct or unset it"
                )
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @property
    def mlflow_uri(self) -> str:
        """Address of the MLflow store: `tracking_uri`, else a SQLite file in the home."""
        return self.tracking_uri or f"sqlite:///{self.home.absolute() / 'mlflow.db'}"

    @property
    def database_url(self) -> str:
        """Address of the database: `database`, else a SQLite file in the home."""
        return self.database or f"sqlite:///{self.home.absolute() / 'duecast.db'}"

    @property
    def artifacts(self) -> Path:
        """Directory of MLflow artifacts, where the store is ours."""
        return self.home.absolute() / "artifacts"

    @property
    def bundles(self) -> Path:
        """Directory of accepted bundles, one directory for each content hash."""
        return self.home.absolute() / "bundles"


def settings_table() -> list[tuple[str, str, str]]:
    """Rows of (variable, default, meaning), one for each setting, for the documentation."""
    defaults = Settings()
    return [
        (variable, str(getattr(defaults, name) or ""), setting.meaning)
        for variable, name, setting in _declared()
    ]


def settings_page() -> str:
    """The table of settings as Markdown."""
    rows = [
        f"| `{variable}` | {f'`{default}`' if default else ''} | {meaning} |"
        for variable, default, meaning in settings_table()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _declared() -> list[tuple[str, str, Setting]]:
    """(variable, field, setting) of each setting, in the order they stand above."""
    hints = get_type_hints(Settings, include_extras=True)
    return [(PREFIX + name.upper(), name, hint.__metadata__[0]) for name, hint in hints.items()]


if __name__ == "__main__":
    print(settings_page())
