# `make run` and `make test` do everything that a fresh machine with Python 3.11-3.13 and make needs.
EXAMPLE ?= fashion
VENV ?= .venv
CONFIG ?= examples/$(EXAMPLE)/weft.toml
SUITABLE = 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c $(SUITABLE) 2>/dev/null && { echo $$p; break; }; done)
READY = $(VENV)/.ready
WEFT = $(VENV)/bin/weft
# The exports of the fashion company are simulated, once; those of other examples are there already.
SIMULATED = $(if $(filter fashion,$(EXAMPLE)),examples/fashion/inbox/.simulated)

.PHONY: help run test packs lint format bench bench-customer bench-forecast dashboards ui lock clean

help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Weft needs Python 3.11, 3.12 or 3.13; name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(VENV)/bin/python -c 'from warehouse.extensions import install_all; install_all()'
	@touch $(READY)

examples/fashion/inbox/.simulated: | $(READY)
	$(WEFT) simulate --scale 1 --seed 1 --out examples/fashion/inbox
	@touch $@

run: $(READY) $(SIMULATED)  ## Run the example end to end: land, transform, audit, publish, forecast, export
	$(WEFT) run --config $(CONFIG)

# What needs no run of AdventureWorks, or a company of its own, is tested apart, so that the main job's tests stay short.
APART = tests/packs tests/simulation tests/fashion tests/customers tests/forecasting/demand tests/forecasting/capacity tests/forecasting/new_products

test: $(READY)  ## Run the tests of the main job: everything but packs, simulated company, people and forecasting library
	$(VENV)/bin/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(addprefix --ignore ,$(APART))

packs: $(READY)  ## Run the other tests: packs, on one company that uses them all, simulator, its company, its people, forecasting library
	$(VENV)/bin/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(APART)

lint: $(READY)  ## Check style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/sqlfluff lint --processes 2 dbt_project/models

format: $(READY)  ## Put Python and SQL in order
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/sqlfluff fix --processes 2 dbt_project/models

bench: $(READY)  ## Measure speed and memory as ratios
	$(VENV)/bin/python -m benchmarks

bench-customer: $(READY)  ## Measure how well people are resolved, valued and advised; DATA=folder of real data sets
	$(VENV)/bin/python -m benchmarks customers $(if $(DATA),--data $(DATA))

bench-forecast: $(READY)  ## Measure how good forecasts are on periods kept back, and how fast; DATA=folder of real data sets
	$(VENV)/bin/python -m benchmarks forecasts $(if $(DATA),--data $(DATA))

dashboards: $(READY)  ## Open the dashboards on the example's last publication
	$(WEFT) dashboards --config $(CONFIG)

ui: $(READY)  ## Open Dagster on the example
	$(WEFT) ui --config $(CONFIG)

lock: $(READY)  ## Resolve the dependencies anew into requirements.lock
	$(VENV)/bin/python -m pip install --quiet uv
	$(VENV)/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-strip-extras --custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:  ## Remove the example's warehouse and outputs, keeping its inbox
	rm -rf examples/$(EXAMPLE)/.weft examples/$(EXAMPLE)/exports
