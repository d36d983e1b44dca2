# make demo | test | lint | bench | codes | sample | tutorials | coverage. The virtual environment .venv is made when it is not there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STAMP := $(VENV)/.installed
STAMP_TEST := $(VENV)/.installed-test

.PHONY: demo test lint bench codes sample tutorials coverage clean
.DELETE_ON_ERROR:

demo: $(STAMP)
	@$(BIN)/chainrule check examples/backprop_with_a_mistake.md; status=$$?; \
	if [ $$status -eq 1 ]; then echo "The sheet holds a mistake on purpose, and it was found: the command's exit status is 1."; \
	else echo "expected exit status 1, got $$status"; exit 1; fi

test: $(STAMP_TEST)
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(STAMP_TEST)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP_TEST)
	$(BIN)/python -m benchmarks

# The page of reason codes is printed from its table; a test fails when it is stale.
codes: $(STAMP)
	$(BIN)/python -m chainrule.write.codes > docs/codes.md

# The output in README.md; a test fails when it is stale.
sample: $(STAMP)
	$(BIN)/python docs/sample.py

# The output in the tutorial pages; a test fails when it is stale.
tutorials: $(STAMP)
	$(BIN)/python docs/tutorials.py

# What the test sheets expect, construct by construct; a test fails when it is stale.
coverage: $(STAMP)
	$(BIN)/python docs/coverage.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml | $(BIN)/python
	$(PIP) install --editable .
	@touch $@

$(STAMP_TEST): pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[test,lint]'
	@touch $@ $(STAMP)
