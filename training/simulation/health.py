"""The hidden health of a simulated customer: a Markov chain by day, from healthy to failed."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Floats, Rows

HEALTHY, STRAINED, DISTRESSED, STOPPED, FAILED = range(5)
STATES = ("healthy", "strained", "distressed", "stopped", "failed")
"""A stopped customer pays nothing until it recovers; a failed one never pays again."""

MEAN_DAYS = {
    (HEALTHY, STRAINED): 650.0,
    (HEALTHY, STOPPED): 30_000.0,
    (STRAINED, HEALTHY): 80.0,
    (STRAINED, DISTRESSED): 330.0,
    (DISTRESSED, STRAINED): 200.0,
    (DISTRESSED, STOPPED): 80.0,
    (STOPPED, STRAINED): 240.0,
    (STOPPED, FAILED): 150.0,
}
"""Mean days until each step if it were the only one, for a fragility of 1."""
WORSENING = ((HEALTHY, STRAINED), (HEALTHY, STOPPED), (STRAINED, DISTRESSED))
"""Steps whose chance grows in proportion to a customer's fragility."""
FIRST_STATE = (0.92, 0.075, 0.005)
"""Chance of beginning healthy, strained and distressed."""


def daily_transitions(fragility: float) -> Floats:
    """Chance of each state tomorrow (columns) given today's (rows), shape (5, 5)."""
    chances = np.zeros((len(STATES), len(STATES)))
    for step, mean_days in MEAN_DAYS.items():
        chances[step] = (fragility if step in WORSENING else 1.0) / mean_days
    np.fill_diagonal(chances, 1.0 - chances.sum(axis=1))
    return chances


def simulate_health(
    transitions: Floats, begins_day: int, days: int, rng: np.random.Generator
) -> Rows:
    """State at the close of each day, shape (days,); healthy before `begins_day`."""
    states = np.full(days, HEALTHY)
    state = int(rng.choice(len(FIRST_STATE), p=FIRST_STATE))
    day = max(begins_day, 0)
    while day < days:
        leave = transitions[state].copy()
        leave[state] = 0.0
        chance = leave.sum()
        stay = int(rng.geometric(chance)) if chance > 0 else days
        states[day : day + stay] = state
        day += stay
        if chance > 0:
            state = int(rng.choice(len(STATES), p=leave / chance))
    return states


def days_in_state(states: Rows) -> Rows:
    """Days since the state last changed, 0 on its first day, shape (days,).

    >>> days_in_state(np.array([0, 0, 1, 1, 1, 0]))
    array([0, 1, 0, 1, 2, 0])
    """
    day = np.arange(len(states))
    changed = np.concatenate([[True], states[1:] != states[:-1]])
    return day - np.maximum.accumulate(np.where(changed, day, 0))


@dataclass(frozen=True)
class HealthLaw:
    """What is certain about the health of a customer some days ahead, given its state today.

    `paying[s, n]` is the chance to be in a state that pays (healthy, strained or distressed) n
    days after a day in state s, `stopped[s, n]` the chance to have stopped by then, neither
    recovered nor failed; shapes (5, horizon + 1). `recovered[n]` is the chance that a customer
    in state stopped leaves it for recovery within n days, shape (horizon + 1,).
    """

    paying: Floats
    stopped: Floats
    recovered: Floats


def health_law(transitions: Floats, horizon_days: int) -> HealthLaw:
    """Tabulate the chain's law up to `horizon_days` ahead.

    Backward equation ahead[n + m] = transitions^m ahead[n], m doubling in each round.
    """
    ahead = np.zeros((1, len(STATES), 2))
    ahead[0, :STOPPED, 0] = 1.0
    ahead[0, STOPPED, 1] = 1.0
    power = transitions
    while len(ahead) <= horizon_days:
        ahead = np.concatenate([ahead, np.einsum("ij,njk->nik", power, ahead)])
        power = np.einsum("ij,jk->ik", power, power)
    recover, fail = transitions[STOPPED, STRAINED], transitions[STOPPED, FAILED]
    leaving = recover + fail
    within = 1.0 - (1.0 - leaving) ** np.arange(horizon_days + 1)
    return HealthLaw(
        paying=np.ascontiguousarray(ahead[: horizon_days + 1, :, 0].T),
        stopped=np.ascontiguousarray(ahead[: horizon_days + 1, :, 1].T),
        recovered=recover / leaving * within,
    )
