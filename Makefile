# The two commands of the README are `make run` and `make test`; both do all the set-up.
PYTHON ?= python3
PORT ?= 8000
PY := .venv/bin/python
ARGS ?=
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# Two more processes than cores, since tests of a running site wait most of the time.
WORKERS ?= $(shell expr $(CORES) + 2)
# A single file needs one process only.
share = $(if $(findstring tests/,$(ARGS)),,-n $(1) --dist loadfile)
# Each process of a run reads what the first one compiled.
test quick faults: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help env env-dev run test faults scale-demo quick check lint format types contracts messages artworks clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## Install what running needs into .venv
	@$(PYTHON) scripts/bootstrap.py

env-dev: ## Install what testing needs too
	@$(PYTHON) scripts/bootstrap.py --dev

run: env ## Serve the site with its worker on http://127.0.0.1:8000 (PORT= another port)
	@exec $(PY) manage.py serve --port $(PORT)

test: env-dev ## Run every test (ARGS= more pytest arguments)
	@$(PYTHON) scripts/debian_packages.py
	$(PY) -m pytest $(call share,$(WORKERS)) $(ARGS)

faults: env-dev ## Kill and restart everything; a line for each bar of reliability
	@$(PYTHON) scripts/debian_packages.py
	$(PY) -m pytest -m bar --bars --full $(ARGS)

scale-demo: env-dev ## A burst of jobs on two workers that are killed (ARGS=--throughput)
	@$(PYTHON) scripts/debian_packages.py
	$(PY) -m scripts.scale_demo $(ARGS)

quick: env-dev ## Run the tests that take less than a second each
	$(PY) -m pytest $(call share,$(CORES)) -m "not services and not browser and not slow" $(ARGS)

check: env-dev lint types contracts ## Everything CI checks besides the tests

lint: ## Style of Python and templates, migrations, compose file
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --check --quiet
	.venv/bin/djlint templates --lint --quiet
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) scripts/check_deploy_files.py

format: ## Rewrite Python and templates in the house style
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .
	.venv/bin/djlint templates --reformat --quiet

types: ## mypy --strict
	.venv/bin/mypy .

contracts: ## Who may import whom
	.venv/bin/lint-imports

messages: ## Collect the strings to translate and compile the translations
	$(PY) manage.py makemessages -l zh_Hans --no-obsolete --no-location -i .venv -i var -i build -i tests
	$(PY) manage.py compilemessages -l zh_Hans -i .venv -i var -i build

artworks: ## Render the shipped artworks from their scripts again
	$(PY) -m artworks --all --out library/shipped

clean: ## Remove what was built; the data in var/ stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
