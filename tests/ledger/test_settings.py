"""Settings come from `DUECAST_*` alone, and every problem in them is told at once."""

from pathlib import Path

import pytest

from ledger.errors import SettingsError
from ledger.settings import Settings, settings_table


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_every_setting_is_read_from_its_variable() -> None:
    settings = Settings.from_environment(
        {
            "DUECAST_HOME": "/data/duecast",
            "DUECAST_TRACKING_URI": "http://mlflow.example:5000",
            "DUECAST_DATABASE": "postgresql://db/duecast",
            "DUECAST_POLICY": "/data/policy.toml",
            "DUECAST_HOST": "0.0.0.0",
            "DUECAST_PORT": "8080",
            "DUECAST_WORKERS": "4",
            "DUECAST_POLL_SECONDS": "7",
            "DUECAST_MAX_BODY_MB": "1",
            "DUECAST_READ_SECONDS": "2",
            "DUECAST_ANSWER_SECONDS": "3",
            "DUECAST_MAX_REQUESTS": "5",
            "DUECAST_REQUESTS_PER_MINUTE": "6",
            "DUECAST_LOG": "json",
            "DUECAST_REAL_DATA": "/data/real",
        }
    )
    assert settings == Settings(
        home=Path("/data/duecast"),
        tracking_uri="http://mlflow.example:5000",
        database="postgresql://db/duecast",
        policy=Path("/data/policy.toml"),
        host="0.0.0.0",
        port=8080,
        workers=4,
        poll_seconds=7,
        max_body_mb=1,
        read_seconds=2,
        answer_seconds=3,
        max_requests=5,
        requests_per_minute=6,
        log="json",
        real_data=Path("/data/real"),
    )
    assert settings.mlflow_uri == "http://mlflow.example:5000"


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            {"DUECAST_PORT": "70000", "DUECAST_WORKERS": "none", "DUECAST_HOM": "x", "HOME": "y"}
        )
    unknown, port, workers = caught.value.problems
    assert unknown.startswith("DUECAST_HOM is no setting; expected one of DUECAST_HOME,")
    assert port == "DUECAST_PORT is '70000'; expected 1 to 65535; correct or unset it"
    assert workers.startswith("DUECAST_WORKERS is 'none'; expected a whole number from 1 up;")


@pytest.mark.parametrize("name", [variable for variable, _, _ in settings_table()])
def test_no_setting_may_be_empty(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is ' '"):
        Settings.from_environment({name: " "})


def test_without_a_tracking_uri_all_of_mlflow_lies_in_the_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.mlflow_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert settings.artifacts.parent == settings.bundles.parent == tmp_path


def test_without_an_address_the_database_is_a_file_in_the_home(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).database_url == f"sqlite:///{tmp_path}/duecast.db"
    assert Settings(home=tmp_path, database="sqlite:///x.db").database_url == "sqlite:///x.db"


def test_the_table_names_every_setting_once() -> None:
    variables = [variable for variable, _, _ in settings_table()]
    assert len(set(variables)) == len(variables) == len(Settings.__dataclass_fields__)
    assert all(meaning for _, _, meaning in settings_table())
