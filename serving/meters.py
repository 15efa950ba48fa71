"""Meters: what Prometheus reads of the service."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import mark_process_dead

LATENCY_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Label of what clients may call as they like, so that they cannot make labels."""

Stage = Literal["read", "score", "explain", "record"]
"""Parts of an answer: the ledger is read, scored, or scored with reasons; the answer recorded."""


@dataclass(frozen=True)
class Meters:
    """The meters of one process; of several processes, Prometheus' directory sums them up.

    Parameters
    ----------
    registry
        Holds the meters below.
    requests, seconds
        Requests by route, method and status, and how long their answers took.
    underway
        Requests being read or answered.
    scored
        Scores of invoices and customers, and credit limits.
    stage_seconds
        How long the stages of answers took.
    scores
        Scores of each kind (`p_late`, `pd`) by band; see `serving.metered`.
    features, features_missing
        Values of features that were scored, by family, and those without evidence.
    model_version, champion_refused
        Registered version of the champion in use, of several processes the lowest; 1 where a
        process goes on with another version than the champion, because that cannot be used.
    database_errors
        Requests, and looks for a new champion, that the database failed.
    """

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    underway: Gauge
    scored: Counter
    stage_seconds: Histogram
    scores: Counter
    features: Counter
    features_missing: Counter
    model_version: Gauge
    champion_refused: Gauge
    database_errors: Counter

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer; what no route or no usual method asked for has one label each."""
        named = method if method in METHODS else OTHER
        self.requests.labels(route or OTHER, named, status).inc()
        self.seconds.labels(route or OTHER).observe(seconds)

    @contextmanager
    def request(self) -> Iterator[None]:
        """One request, for as long as it is under way."""
        self.underway.inc()
        try:
            yield
        finally:
            self.underway.dec()

    def stage(self, name: Stage) -> AbstractContextManager[object]:
        """One stage of an answer: what the block does is timed."""
        return self.stage_seconds.labels(name).time()


def new_meters() -> Meters:
    """Meters that stand at zero, in a registry of their own."""
    registry = CollectorRegistry()

    def counter(name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"duecast_{name}", meaning, labels, registry=registry)

    def gauge(name: str, meaning: str, mode: Literal["livesum", "livemin", "livemax"]) -> Gauge:
        return Gauge(f"duecast_{name}", meaning, registry=registry, multiprocess_mode=mode)

    def histogram(name: str, meaning: str, label: str) -> Histogram:
        return Histogram(
            f"duecast_{name}", meaning, [label], buckets=LATENCY_SECONDS, registry=registry
        )

    return Meters(
        registry,
        counter("requests", "Requests answered", "route", "method", "status"),
        histogram("answer_seconds", "Time from request to answer", "route"),
        gauge("requests_underway", "Requests being read or answered", "livesum"),
        counter("scored", "Scores and limits answered", "what"),
        histogram("stage_seconds", "Time that a stage of an answer took", "stage"),
        counter("scores", "Scores made, by the upper end of their band", "kind", "band"),
        counter("feature_values", "Values of features that were scored", "family"),
        counter("feature_values_missing", "Those of them without evidence", "family"),
        gauge("model_version", "Registered version of the champion in use", "livemin"),
        gauge("champion_refused", "1: the champion cannot be used, another one is", "livemax"),
        counter("database_errors", "Requests and looks that the database failed"),
    )


def forget_the_dead(directory: Path) -> None:
    """Have processes that are no more not count among the living in a directory of Prometheus.

    Each process keeps its meters in files there. One that was killed cannot take back what it
    said of itself, such as the version of the model it uses.
    """
    for file in directory.glob("gauge_live*_*.db"):
        number = int(file.stem.rsplit("_", 1)[1])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number, str(directory))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
