"""The bundle: everything that scores, in one directory of text files that vouch for themselves."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import fingerprint
from features.frame import NAMES, FeatureFrame
from features.priors import Priors
from ledger.arrays import Flags, Floats
from ledger.definitions import Definitions
from ledger.errors import DuecastError
from models import scoring
from models.calibration import HazardCalibration, ProbabilityCalibration
from models.default import DefaultModel
from models.delay import DelayModel
from models.explanation import Explanation
from models.feature_tables import frame_from, table_of
from models.grid import UPPER_ENDS
from models.manifest import BundleError, seal, verify
from models.probe import differences, json_columns
from models.scores import CustomerScores, InvoiceScores
from models.sentences import Language

CALIBRATION, REFERENCE, PROBE = "calibration.json", "reference.json", "probe.json"
PRIORS, CARD = "priors.parquet", "MODEL_CARD.md"
FACTS = ("absent", "recipe", "window", "data_sha256", "metrics")
"""Fields of a bundle that its manifest holds."""


@dataclass(frozen=True, eq=False)
class ModelBundle:
    """A delay model, a default model and all that scoring needs besides a ledger.

    Parameters
    ----------
    delay, default
        The models; None where there was too little to train on.
    absent
        The reason why, for "delay" and "default" where None.
    invoice_reference, customer_reference
        Features of the median customer, for the reasons of delays and of PDs; shape (m,).
    priors
        Outcomes of the portfolio, for a ledger that comes without.
    recipe
        How the models were made, JSON values; `definitions` among them.
    window
        Data trained on: ISO dates by name.
    data_sha256
        Digest of the data trained on.
    metrics
        How good the models were, JSON values.
    card
        The model card, Markdown.
    probe
        A few observations, of invoices, customers or both, whose scores are stored with the
        bundle and checked when it is loaded.
    content_sha256
        What the manifest says of all files; None until the bundle is loaded.
    """

    delay: DelayModel | None
    default: DefaultModel | None
    absent: Mapping[str, str]
    invoice_reference: Floats
    customer_reference: Floats
    priors: Priors
    recipe: Mapping[str, Any]
    window: Mapping[str, str]
    data_sha256: str
    metrics: Mapping[str, Any]
    card: str
    probe: FeatureFrame
    content_sha256: str | None = None

    @property
    def definitions(self) -> Definitions:
        """When an item is paid, late, in default: as the models were trained."""
        return Definitions(**self.recipe["definitions"])

    @property
    def notes(self) -> tuple[str, ...]:
        """What could be trained only in part, and why."""
        return tuple(self.metrics.get("notes", ()))

    def score_invoices(
        self, frame: FeatureFrame, explain: int = 0, language: Language = "en"
    ) -> InvoiceScores:
        """Scores of open invoices, with at most `explain` reasons each.

        A row has the same bits alone and in a batch. Without a delay model all scores are NaN.

        Raises
        ------
        DuecastError
            If the frame has other features, or a row without an invoice.
        """
        return scoring.score_invoices(self, frame, explain, language)

    def score_customers(
        self,
        frame: FeatureFrame,
        explain: int = 0,
        language: Language = "en",
        in_default: Flags | None = None,
        references: Floats | None = None,
    ) -> CustomerScores:
        """Probabilities of default of customers, with at most `explain` reasons each.

        Parameters
        ----------
        frame
            Features of n observations of customers as a whole.
        explain, language
            Reasons of each customer that is not in default, and their language.
        in_default
            Customers in default at `as_of`, whose PD is 1; none if not given. Shape (n,).
        references
            What reasons compare with, such as the customers' features a year ago, shape (n, m);
            the median customer if not given.

        Raises
        ------
        DuecastError
            If the frame has other features.
        """
        return scoring.score_customers(self, frame, explain, language, in_default, references)

    def explanation(
        self, frame: FeatureFrame, references: Floats | None = None
    ) -> Explanation | None:
        """Contributions of all features: to the days late of invoices, to the PD of customers.

        None where there is no such model. `references` has shape (n, m); if not given it is
        the median customer, for invoices with the same due date, age and amount.

        Raises
        ------
        DuecastError
            If the frame has other features, or rows both with and without an invoice.
        """
        return scoring.explanation(self, frame, references)

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Scores of a table of features (see `models.feature_tables`), as MLflow asks for them.

        Columns of `InvoiceScores.to_frame`, for rows with a due date, and `pd`, for the others.

        Raises
        ------
        FeatureTableError
            Naming every column that is missing or cannot be read.
        """
        return scoring.predict(self, table)

    def save(self, directory: Path) -> str:
        """Content sha256 of the bundle, after writing it; the same bundle gives the same bytes.

        Raises
        ------
        DuecastError
            If the directory is there and not empty.
        """
        directory = Path(directory)
        if directory.exists() and any(directory.iterdir()):
            raise DuecastError(f"{directory} is not empty; expected a new directory; name another")
        directory.mkdir(parents=True, exist_ok=True)
        calibration = {}
        for part, model in (("delay", self.delay), ("default", self.default)):
            if model is not None:
                (directory / f"{part}.txt").write_bytes(model.text.encode())
                calibration[part] = asdict(model.calibration)
        _write_json(directory / CALIBRATION, calibration)
        reference = {
            "invoice": _by_name(self.invoice_reference),
            "customer": _by_name(self.customer_reference),
        }
        _write_json(directory / REFERENCE, reference)
        rows = table_of(self.probe)
        probe = {"rows": json_columns(rows), "scores": json_columns(self.predict(rows))}
        _write_json(directory / PROBE, probe)
        self.priors.to_frame().to_parquet(directory / PRIORS, index=False)
        (directory / CARD).write_bytes(self.card.encode())
        return seal(directory, {**_identity(), **{name: getattr(self, name) for name in FACTS}})

    @classmethod
    def load(cls, directory: Path) -> "ModelBundle":
        """The bundle in a directory, once it is found intact and scoring as when it was made.

        Raises
        ------
        BundleError
            If a file is missing, altered or unreadable, the bundle is of other features or
            another grid, or its probe scores differently here.
        """
        directory = Path(directory)
        manifest = verify(directory)
        problems = [
            f"{directory} has another {name} than this duecast: {manifest.get(name)}; expected "
            f"{expected}; train it again or use the duecast that made it"
            for name, expected in _identity().items()
            if manifest.get(name) != expected
        ]
        if problems:
            raise BundleError(problems)
        try:
            bundle = cls._read(directory, manifest)
            probe = _read_json(directory / PROBE)
            scores = json_columns(bundle.predict(pd.DataFrame(probe["rows"])))
            problems = differences(scores, probe["scores"])
        except (OSError, ValueError, KeyError, TypeError, DuecastError) as error:
            problems = [f"{type(error).__name__}: {error}"]
        if problems:
            raise BundleError(
                [f"{directory} cannot be used: {problem}; train it again" for problem in problems]
            )
        return bundle

    @classmethod
    def _read(cls, directory: Path, manifest: Mapping[str, Any]) -> "ModelBundle":
        """The bundle of files that are what the manifest says."""
        calibration = _read_json(directory / CALIBRATION)
        reference = _read_json(directory / REFERENCE)
        rows = pd.DataFrame(_read_json(directory / PROBE)["rows"])
        return cls(
            delay=_read_delay(directory, calibration),
            default=_read_default(directory, calibration),
            invoice_reference=_in_order(reference["invoice"]),
            customer_reference=_in_order(reference["customer"]),
            priors=Priors.from_frame(pd.read_parquet(directory / PRIORS)),
            card=(directory / CARD).read_bytes().decode(),
            probe=frame_from(rows, NAMES),
            content_sha256=manifest["content_sha256"],
            **{name: manifest[name] for name in FACTS},
        )


def _identity() -> dict[str, Any]:
    """What a bundle must have in common with the code that loads it."""
    return {"feature_fingerprint": fingerprint(), "grid": UPPER_ENDS.tolist()}


def _read_delay(directory: Path, calibration: Mapping[str, Any]) -> DelayModel | None:
    if "delay" not in calibration:
        return None
    blocks = {name: tuple(numbers) for name, numbers in calibration["delay"].items()}
    return DelayModel(_read_text(directory / "delay.txt"), HazardCalibration(**blocks))


def _read_default(directory: Path, calibration: Mapping[str, Any]) -> DefaultModel | None:
    if "default" not in calibration:
        return None
    numbers = ProbabilityCalibration(**calibration["default"])
    return DefaultModel(_read_text(directory / "default.txt"), numbers)


def _by_name(reference: Floats) -> dict[str, float | None]:
    numbers = [None if np.isnan(number) else float(number) for number in reference]
    return dict(zip(NAMES, numbers, strict=True))


def _in_order(reference: Mapping[str, float | None]) -> Floats:
    return np.array([reference[name] for name in NAMES], np.float64)


def _read_text(path: Path) -> str:
    return path.read_bytes().decode()


def _read_json(path: Path) -> Any:
    return json.loads(_read_text(path))


def _write_json(path: Path, values: object) -> None:
    text = json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_bytes(f"{text}\n".encode())
