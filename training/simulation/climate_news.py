"""What nobody can forecast: each month's news of the business climate."""

import numpy as np

from ledger.arrays import Floats
from training.simulation.economy import CLIMATE_PERSISTENCE, SEASON_LOG_ODDS
from training.simulation.simulator import Simulation


def climate_news(simulation: Simulation) -> Floats:
    """What a month's news moved the share of late invoices by, about, for each month, (months,).

    The news is the climate without its season, less what persisted of the month before; NaN for
    the first month. A small change of the log-odds changes a chance p by p (1 - p) times as much.
    Every month must have an invoice.
    """
    truth = simulation.truth
    issued = truth["issued_on"].to_numpy("datetime64[M]").astype(np.int64)
    month, row, position = np.unique(issued, return_index=True, return_inverse=True)
    p_late, climate = (truth[name].to_numpy(np.float64) for name in ("p_late", "climate_log_odds"))
    slope = np.bincount(position, weights=p_late * (1 - p_late)) / np.bincount(position)
    level = climate[row] - np.array(SEASON_LOG_ODDS)[month % 12]
    news: Floats = np.full(len(month), np.nan)
    news[1:] = level[1:] - CLIMATE_PERSISTENCE * level[:-1]
    return news * slope
