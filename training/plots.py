"""Figures of a training: is P(late) reliable, and which features move the forecast how far."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from models.explanation import Explanation

SHOWN_FEATURES = 20


def reliability_plot(bins: Mapping[str, Sequence[tuple[float, float, int]]]) -> Figure:
    """Share that came against forecast probability, a line for each event by its name.

    One point for each bin of invoices, as of `metrics.reliability`.
    """
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, points in bins.items():
        forecast, share, sizes = zip(*points, strict=True)
        label = f"{name.replace('_', ' ')} days, {sum(sizes)} invoices"
        axes.plot(forecast, share, marker="o", label=label)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="forecast probability",
        ylabel="share that came",
        title="Reliability on later invoices",
    )
    axes.legend()
    return figure


def importance_plot(explanation: Explanation) -> Figure:
    """Mean size of the contributions of the features that contribute most."""
    size = np.abs(explanation.contributions).mean(axis=0)
    largest = np.argsort(size, kind="stable")[-SHOWN_FEATURES:]
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    axes.barh([explanation.names[feature] for feature in largest], size[largest])
    axes.set(xlabel=f"mean size of the contribution, {explanation.unit}", title="Importance")
    return figure


def beeswarm_plot(explanation: Explanation) -> Figure:
    """Contribution of each feature to each row, coloured by the feature's value."""
    import matplotlib.pyplot as plt
    import shap

    never_known = np.isnan(explanation.values).all(axis=0)  # no value to colour by
    figure = plt.figure()
    try:
        shap.plots.beeswarm(
            shap.Explanation(
                values=explanation.contributions,
                data=np.where(never_known, 0.0, explanation.values),
                feature_names=list(explanation.names),
            ),
            max_display=SHOWN_FEATURES,
            plot_size=(9, 7),
            show=False,
        )
        figure.axes[0].set_xlabel(f"contribution, {explanation.unit}")
        figure.subplots_adjust(left=0.4, top=0.98)
    finally:
        plt.close(figure)
    return figure
