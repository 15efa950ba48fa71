"""The browser and the service of the tests of the console."""

from tests.console.browsing import browser, desk

__all__ = ["browser", "desk"]
