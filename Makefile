# One word does each thing. Works with the make of Debian and of macOS (3.81).

PYTHON := .venv/bin/python
MARK ?= not slow
# Two, as some tests train: beside more of them, others would wait for something in vain; the slow ones take both
# cores themselves. A file stays in one process, as its tests share what is slow to make; the longest come first, in
# the order of pyproject.toml.
PROCESSES = $(if $(filter-out slow,$(MARK)),2,0)
PYTEST = $(PYTHON) -m pytest --durations 25 --durations-min 3 -n $(PROCESSES) --dist loadfile --no-loadscope-reorder
CLAIMS := $(filter-out __init__ soak,$(basename $(notdir $(wildcard benchmarks/*.py))))

.PHONY: help run develop test test-fast lint bench screenshots docs

help: ## list these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: ## install what is missing, start the app and print its address
	@scripts/install.sh requirements.txt
	@exec $(PYTHON) -m streamlit run app.py

develop: ## start the app for who changes its code: it follows the files
	@scripts/install.sh requirements-dev.txt
	@exec $(PYTHON) -m streamlit run app.py --server.fileWatcherType auto

test: ## run the tests, a real browser's too, but for the slow ones (MARK=slow: those; MARK=: all)
	@scripts/install.sh requirements-dev.txt
	@scripts/chromium.sh --install
	@scripts/postgres.sh --install
	@scripts/nginx.sh --install || [ -z "$$CI" ]
	@scripts/octave.sh --install || [ -z "$$CI" ]
	@echo 'Tests that are marked: $(if $(MARK),$(MARK),all) (choose by MARK=...)'
	@$(PYTEST) -m "$(MARK)"

test-fast: ## run the core's tests, and those of what pages share: no browser, no page, no process, no PostgreSQL
	@scripts/install.sh requirements-dev.txt
	@$(PYTEST) -m "not slow and not processes" -k "not postgresql" tests/core tests/ui

lint: ## check format, style, types and the floors of the code
	@scripts/install.sh requirements-dev.txt
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	.venv/bin/oxlint mnist_ui mnist_core

bench: ## measure what the documentation claims about speed; fails when a claim breaks (not the soak, of two hours)
	@scripts/install.sh requirements-dev.txt
	@for claim in $(CLAIMS); do $(PYTHON) -m benchmarks.$$claim || exit 1; done

screenshots: ## take the pictures of the documentation anew
	@scripts/install.sh requirements-dev.txt
	@scripts/chromium.sh --install
	@$(PYTHON) -m pytest tests/e2e/screenshots.py tests/e2e/class_pictures.py

docs: ## build the documentation's site into test-results/site, its notebooks run; a warning fails
	@scripts/install.sh requirements-docs.txt
	@NO_MKDOCS_2_WARNING=1 PYTHONPATH=. $(PYTHON) -m mkdocs build --quiet
