"""The exceptions of duecast: one root, few children."""

from collections.abc import Sequence


class DuecastError(Exception):
    """Anything duecast refuses; its text says what, got, expected and the remedy."""


class ProblemsError(DuecastError):
    """An input with problems, all of them named at once.

    Parameters
    ----------
    problems
        One sentence for each problem, in the order they were found.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class LedgerError(ProblemsError):
    """A ledger that cannot be used as it is."""


class SettingsError(ProblemsError):
    """Settings, a recipe or a policy that cannot be used as they are."""


class DatabaseError(DuecastError):
    """The database cannot be used now; what was under way may have happened or not."""
