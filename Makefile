# `make chat` and `make test` set everything up themselves; the rest are their parts.
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE =

.PHONY: chat test lint types unit format bench-path soak picture clean

chat:
	@tools/setup chat
	@$(PY) -m bot chat $(ARGS)

test: lint types unit

.PHONY: setup-test
setup-test:
	@tools/setup test

lint: setup-test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: setup-test
	$(PY) -m mypy

unit: setup-test
	$(PY) -m pytest

format: setup-test
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench-path: setup-test
	$(PY) -m bench.path

# MINUTES=1 by default; kills the bot at random moments and counts what was lost or doubled.
soak: setup-test
	$(PY) -m bench.soak --minutes $(or $(MINUTES),1)

# The README's picture, drawn from a session that runs now.
picture: setup-test
	$(PY) tools/picture.py

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache build *.egg-info
