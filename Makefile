# `make run` shows duecast at work; `make check` is what CI runs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run test check format accuracy bench clean

help:  ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: $(STAMP)  ## Make the environment in .venv

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "duecast needs Python 3.11 or later; got " + sys.version.split()[0] + "; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'Installing into $(VENV); the first time takes a minute or two.'
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt -e '.[dev]'
	touch $@

# numba's cache on disk notices changes of a compiled function's own file, not of those it calls.
KERNELS := $(VENV)/.kernels
$(KERNELS): $(STAMP) $(wildcard ledger/*.py features/*.py models/*.py)
	find ledger features models -name '*.nb[ci]' -delete
	touch $@

run: $(KERNELS)  ## Simulate, train, promote, score, then serve on port 3000
	$(BIN)/duecast demo
	$(BIN)/duecast serve --with-key

test: $(KERNELS)  ## Run the tests
	$(BIN)/pytest -n 2 --dist loadfile

check: setup  ## Format, lint, types, imports, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(MAKE) test

format: setup  ## Format the code and sort its imports
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

accuracy: $(KERNELS)  ## Measure how good the models are, into docs/accuracy.md (40 minutes)
	$(BIN)/python benchmarks/accuracy.py

bench: $(KERNELS)  ## Run the benchmarks of speed
	for benchmark in features training reasons stored_ledger serving; do \
	  $(BIN)/python benchmarks/$$benchmark.py || exit 1; \
	done

clean:  ## Remove the environment, caches and builds; data in .duecast stays
	rm -rf $(VENV) dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
