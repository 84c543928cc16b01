# The README uses two commands, `make run` and `make test`. Both install what they need.
PYTHON ?= python3
PORT ?= 8000
PICTURES ?= 45
PY := .venv/bin/python
ARGS ?=
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# Two more processes than cores, because tests of running sites wait much of the time.
WORKERS ?= $(shell expr $(CORES) + 2)
# A single file needs one process only.
share = $(if $(findstring tests/,$(ARGS)),,-n $(1) --dist loadfile)
# The processes of a run share the compiled Python files.
test quick faults: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help env env-dev run demo test faults scale-demo quick check lint format types contracts messages artworks clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## Install the site into .venv
	@$(PYTHON) scripts/bootstrap.py

env-dev: ## Install the site and the development tools into .venv
	@$(PYTHON) scripts/bootstrap.py --dev

run: env ## Run the site and its worker on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(PY) manage.py serve --port $(PORT)

demo: env ## Show a site that looks alive, with its data in var/demo (PORT=…)
	@STYLEWEB_DATA=var/demo $(PY) manage.py prepare
	@STYLEWEB_DATA=var/demo $(PY) manage.py demo_data --once --password "look around" --styles 0 \
		--paint $(PICTURES) --artworks $(PICTURES) --people 8 --galleries 6
	@exec env STYLEWEB_DATA=var/demo $(PY) manage.py serve --port $(PORT)

test: env-dev ## Run all tests (ARGS=… for more pytest arguments)
	@$(PYTHON) scripts/debian_packages.py
	$(PY) -m pytest $(call share,$(WORKERS)) $(ARGS)

faults: env-dev ## Test reliability: kill and restart each part, and print the results
	@$(PYTHON) scripts/debian_packages.py
	$(PY) -m pytest -m bar --bars --full $(ARGS)

scale-demo: env-dev ## Run many jobs while workers are killed (ARGS=--throughput to measure speed)
	@$(PYTHON) scripts/debian_packages.py
	$(PY) -m scripts.scale_demo $(ARGS)

quick: env-dev ## Run the tests that take less than a tenth of a second each
	$(PY) -m pytest $(call share,$(CORES)) -m "not services and not browser and not slow" $(ARGS)

check: env-dev lint types contracts ## Run all checks of CI except the tests

lint: ## Check the style of Python and templates, migrations and deployment files
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --check --quiet
	.venv/bin/djlint templates --lint --quiet
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) scripts/check_deploy_files.py

format: ## Format Python and templates
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .
	.venv/bin/djlint templates --reformat --quiet

types: ## Check types with mypy --strict
	.venv/bin/mypy .

contracts: ## Check which packages import which
	.venv/bin/lint-imports

messages: ## Collect the strings for translation, and compile the translations
	$(PY) manage.py makemessages -l zh_Hans --no-obsolete --no-location -i .venv -i var -i build -i tests
	$(PY) manage.py compilemessages -l zh_Hans -i .venv -i var -i build

artworks: ## Render the shipped artworks again from their scripts
	$(PY) -m artworks --all --out library/shipped

clean: ## Delete everything that was built; the data in var/ stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
