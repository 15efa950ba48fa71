"""Homes with a champion, for tests of what it is asked by."""

import shutil
from pathlib import Path

from ledger.settings import Settings
from models.registry import promote
from tests.decisions.random_bundles import random_bundle
from training.tracking import register, tracked_run


def with_champion(home: Path, empty_store: Path) -> Settings:
    """A home, once a random bundle is its champion; its MLflow store begins as a copy."""
    shutil.copy(empty_store, home / "mlflow.db")
    random_bundle().save(home / "bundle")
    settings = Settings(home=home)
    with tracked_run(settings, "train") as run:
        register(settings, run, home / "bundle")
    promote(settings)
    return settings
