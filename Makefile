# `make chat` and `make test` set everything up themselves; the rest are their parts.
PY := .venv/bin/python
JOBS ?= 2
export PYTHONDONTWRITEBYTECODE =

.PHONY: chat test lint types unit format languages bench bench-peers bench-path bench-matrix bench-rules bench-memory bench-history bench-crowd eval-safety soak soak-discord soak-engine soak-memory picture clean

chat:
	@tools/setup chat
	@$(PY) -m bot chat $(ARGS)

test: lint types unit

.PHONY: setup-test
setup-test:
	@tools/setup test

# The homeserver that tests/matrix/ starts, in .cache/synapse; never part of the bot.
.PHONY: setup-synapse
setup-synapse:
	@tools/setup synapse

lint: setup-test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: setup-test
	$(PY) -m mypy

unit: setup-test setup-synapse
	$(PY) -m pytest -n $(JOBS) --no-loadscope-reorder -p tests.beside

format: setup-test
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Brings bot/languages/*.po up to date with the sentences in the code, and lists what is missing.
languages: setup-test
	@$(PY) -m tests.catalogues

# The engine beside its peers; builds them first, and takes about half an hour on two cores.
bench: setup-test
	$(PY) -m bench.engine $(ARGS)

# llama-server and llama-batched-bench, built once from llama-cpp-python's source package.
bench-peers: setup-test
	$(PY) -m bench.contest.peers

bench-path: setup-test
	$(PY) -m bench.path

# A real Synapse beside the bot; ARGS="--rooms 100 --events 1000 --runs 1" is the short way.
bench-matrix: setup-test setup-synapse
	$(PY) -m bench.matrix $(ARGS)

# FUZZ=100000 reads and decides so many random rule files and messages besides (ten minutes).
bench-rules: setup-test
	$(PY) -m bench.rules --fuzz $(or $(FUZZ),0)

# LOCOMO=FILE is locomo10.json, which is not ours to ship; without it, only what needs none.
# ARGS=--tried takes each rule of the ranking away in turn.
bench-memory: setup-test
	$(PY) -m bench.memory $(LOCOMO) $(ARGS)

# A history of 100,000 turns through the real commands; ARGS="--turns 2000" is the short way.
bench-history: setup-test
	$(PY) -m bench.history $(ARGS)

# What a message costs the store with 100 people in the house and with 100,000.
bench-crowd: setup-test
	$(PY) -m bench.crowded_house

# SETS=FOLDER holds the public sets under their own file names; docs/classifier.md says which.
eval-safety: setup-test
	$(PY) -m bench.safety $(SETS)

# MINUTES=1 by default; kills the bot at random moments and counts what was lost or doubled.
soak: setup-test
	$(PY) -m bench.soak --minutes $(or $(MINUTES),1)

# MINUTES=1 by default; fifty people on the loopback Discord, with faults and kills, and what was lost.
soak-discord: setup-test
	$(PY) -m bench.discord_soak --minutes $(or $(MINUTES),1)

# MINUTES=20 by default; sixteen people with the real model, and what memory is left behind.
soak-engine: setup-test
	$(PY) -m bench.engine_soak --minutes $(or $(MINUTES),20)

# What people do with memory, at random: nothing forgotten may be seen again. STEPS=10000, SEED=7.
soak-memory: setup-test
	$(PY) -m bench.memory_soak --steps $(or $(STEPS),10000) $(if $(SEED),--seed $(SEED))

# The README's picture, drawn from a session that runs now.
picture: setup-test
	$(PY) tools/picture.py

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache build *.egg-info
