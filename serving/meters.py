"""Meters: what Prometheus reads of the service."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Label of what clients may call as they like, so that they cannot make labels."""


@dataclass(frozen=True)
class Meters:
    """The meters of one process; of several processes, Prometheus' directory sums them up.

    Parameters
    ----------
    registry
        Holds the meters below.
    requests, seconds
        Requests by route, method and status, and how long their answers took.
    scored
        Scores of invoices and customers, and credit limits.
    model_version
        Registered version of the champion in use; of several processes, the lowest.
    """

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    scored: Counter
    model_version: Gauge

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer; what no route or no usual method asked for has one label each."""
        named = method if method in METHODS else OTHER
        self.requests.labels(route or OTHER, named, status).inc()
        self.seconds.labels(route or OTHER).observe(seconds)


def new_meters() -> Meters:
    """Meters that stand at zero, in a registry of their own."""
    registry = CollectorRegistry()
    return Meters(
        registry,
        Counter(
            "duecast_requests",
            "Requests answered",
            ["route", "method", "status"],
            registry=registry,
        ),
        Histogram(
            "duecast_answer_seconds",
            "Time from request to answer",
            ["route"],
            buckets=LATENCY_SECONDS,
            registry=registry,
        ),
        Counter("duecast_scored", "Scores and limits answered", ["what"], registry=registry),
        Gauge(
            "duecast_model_version",
            "Registered version of the champion in use",
            registry=registry,
            multiprocess_mode="livemin",
        ),
    )
