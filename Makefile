# `make book` builds the book, `make test` checks all that it claims; `make help` lists the rest.
# Nothing is needed beforehand but make and Python 3.11 or newer (PYTHON=python3.12 picks one).

PYTHON ?= python3
VENV := .venv
PARITY := .venv-parity
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
ARGS ?=
# In parallel, file by file: the cells of a notebook have to stay together.
# (`--dist loadgroup` would allow more, but pytest-xdist 3.8 does not group on pytest 9.2.)
PYTEST := $(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder

# No progress bars in outputs, and no second-guessing of the cores by the linear algebra.
export TQDM_DISABLE := 1
export OPENBLAS_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

.PHONY: help book test lint coverage notebooks parity bench lab browser clean distclean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ------------------------------------------------------------------ the environment

# A stamp per extra, made again when pyproject.toml changes. The package is installed
# in editable mode, so that the book and the tests always see the working copy.
$(PY):
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python was not found as '$(PYTHON)'. Install Python 3.11 or newer, or say which: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "'$(PYTHON)' is $$($(PYTHON) --version 2>&1); Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments: its venv or ensurepip module is missing."; \
	  echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-%: pyproject.toml | $(PY)
	$(PIP) install --quiet --upgrade "pip>=25"
	$(PIP) install --quiet --editable ".[$*]"
	@touch $@

# ------------------------------------------------------------------ the book

book: $(VENV)/.stamp-book ## build the book; warnings are errors
	$(VENV)/bin/jupyter-book build . --all -W -n --keep-going
	@echo
	@echo "The book: file://$(CURDIR)/_build/html/index.html"

notebooks: $(VENV)/.stamp-test ## run all chapters and store their outputs, cleaned
	$(PY) -m tests.book.notebooks store

lab: $(VENV)/.stamp-lab ## open the chapters in JupyterLab
	$(VENV)/bin/jupyter lab chapters

# ------------------------------------------------------------------ the checks

lint: $(VENV)/.stamp-test ## style, format and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# With extra arguments for pytest: make test ARGS="-k momentum"
test: lint browser ## lint, then all tests, on all cores: package, doctests, notebooks, built book
	$(PYTEST) $(ARGS)

coverage: $(VENV)/.stamp-test ## the tests, and which lines of the package they reach
	$(PYTEST) --cov=adaptive --cov-report=term $(ARGS)

browser: $(VENV)/.stamp-test ## find the browser for the tests of the pages, or install it
	@$(PY) -m tests.book.browser

# PyTorch, optax and Keras are large, and nothing else needs them: they live by themselves.
$(PARITY)/.stamp: tests/parity/requirements.txt | $(PY)
	$(PYTHON) -m venv $(PARITY)
	$(PARITY)/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

# To write down what they do now: make parity ARGS=store
parity: $(PARITY)/.stamp ## PyTorch, optax and Keras at work, compared with the package
	$(PARITY)/bin/python -m tests.parity.make $(ARGS)

bench: $(VENV)/.stamp-test ## speed, as ratios
	$(PY) -m tests.bench

# ------------------------------------------------------------------ cleaning

clean: ## remove what was built
	rm -rf _build build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find adaptive chapters tests -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

distclean: clean ## and the virtual environments
	rm -rf $(VENV) $(PARITY)
