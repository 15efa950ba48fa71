"""Meters count scores by band and missing values by family; the dead do not count as living."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np

from features.catalogue import CATALOGUE
from features.frame import NAMES
from serving.metered import P_LATE_ENDS, PD_ENDS, count_bands, metered
from serving.meters import Meters, forget_the_dead, new_meters
from tests.ledgers import random_ledger
from tests.serving.running import small_bundle

WORK = """
from serving.meters import new_meters
meters = new_meters()
meters.model_version.set(3)
meters.database_errors.inc()
"""


def value(meters: Meters, name: str, **labels: str) -> float:
    return meters.registry.get_sample_value(f"duecast_{name}", labels) or 0.0


def test_a_probability_is_counted_in_the_band_of_the_first_end_not_below_it() -> None:
    meters = new_meters()
    count_bands(meters, "p_late", np.array([0.0, 0.1, 0.1001, 1.0, np.nan]), P_LATE_ENDS)
    count_bands(meters, "pd", np.array([0.004, 1.0 + 1e-12]), PD_ENDS)
    for kind, band, count in (
        ("p_late", "0.1", 2),
        ("p_late", "0.2", 1),
        ("p_late", "1.0", 1),
        ("p_late", "unknown", 1),
        ("pd", "0.005", 1),
        ("pd", "1.0", 1),
    ):
        assert value(meters, "scores_total", kind=kind, band=band) == count


def test_a_metered_bundle_scores_the_same_bits_and_counts_what_was_missing() -> None:
    bundle, meters = small_bundle(random_ledger(Random(3), 8, 40)), new_meters()
    frame = bundle.probe
    plain = bundle.score_invoices(frame, 2)
    counted = metered(bundle, meters).score_invoices(frame, 2)
    assert counted.reasons == plain.reasons
    np.testing.assert_array_equal(counted.p_later_than, plain.p_later_than)
    for family in {feature.family for feature in CATALOGUE if feature.name in NAMES}:
        names = [feature.name for feature in CATALOGUE if feature.family == family]
        values = np.array([frame[name] for name in names if name in NAMES])
        assert value(meters, "feature_values_total", family=family) == values.size
        missing = value(meters, "feature_values_missing_total", family=family)
        assert missing == np.isnan(values).sum()
    assert value(meters, "stage_seconds_count", stage="explain") == 1


def test_what_a_process_said_of_itself_is_forgotten_once_it_is_no_more(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", WORK],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        check=True,
    )
    (dead,) = tmp_path.glob("gauge_livemin_*.db")
    alive = tmp_path / f"gauge_livemin_{os.getpid()}.db"
    alive.write_bytes(dead.read_bytes())
    forget_the_dead(tmp_path)
    assert not dead.exists()
    assert alive.exists()
    assert list(tmp_path.glob("counter_*.db"))
