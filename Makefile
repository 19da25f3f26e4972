# Everything a fresh machine needs: Python 3.11+, GNU make, git and its package registries.
PYTHON ?= python3
VENV ?= .venv
# Half of what a test takes is waiting for a browser, so two workers share a core.
WORKERS ?= 4
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed
# Without kept bytecode every process compiles the whole program again: each worker and each command of the tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup browser demo test test-long bench check lint types layers words lock clean

help:
	@echo "make demo       set up and run the main job, start to end, against the embedded sandbox"
	@echo "make test       set up and run every test"
	@echo "make check      linters, types, layers"
	@echo "make bench      speed against stated limits"
	@echo "make test-long  the slow random runs"
	@echo "make words      collect what a merchant reads, for translation"

# The lock holds names, versions and hashes; --no-build-isolation takes the build backend from it too.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@$(BIN)/python -c "import pathlib; pathlib.Path('$(STAMP)').touch()"

setup: $(STAMP)

browser: $(STAMP)
	$(BIN)/dropferry browser install

demo: browser
	$(BIN)/dropferry demo

test: browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: browser
	$(BIN)/python -m pytest -m long

bench: browser
	$(BIN)/python -m tests.bench

check: lint types layers

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

words: $(STAMP)
	$(BIN)/python -m tests.words

# Names, versions and hashes only; no address of any index is written.
lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --group dev pyproject.toml -o requirements.lock

clean:
	$(PYTHON) -c "import shutil; shutil.rmtree('$(VENV)', ignore_errors=True)"
