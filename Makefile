# `make book` builds the book, `make test` and `make check-site` check it; `make help` lists the rest.
# Nothing is needed beforehand but make and Python 3.11 or newer (PYTHON=python3.12 picks one).

PYTHON ?= python3
VENV := .venv
PARITY := .venv-parity
HUB := .venv-hub
OTTER := .venv-otter
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
ARGS ?=
# In parallel, file by file: the cells of a notebook have to stay together.
# (`--dist loadgroup` would allow more, but pytest-xdist 3.8 does not group on pytest 9.2.)
PYTEST := $(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Recipes name files from here, and call tools as modules: where the checkout lies may hold anything
# that a shell takes for its own.

# No progress bars in outputs, and no second-guessing of the cores by the linear algebra.
export TQDM_DISABLE := 1
export OPENBLAS_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

.PHONY: help book lite pyodide pdf check-site lite-check test-wasm lighthouse actionlint links test-alone test-oldest test-newest dist test lint coverage notebooks parity hub otter mutants mutants-page bench bench-torch networks lab browser clean distclean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## /{printf "  make %-24s %s\n", $$1, $$2}' Makefile

# ------------------------------------------------------------------ the environment

# A stamp per extra, made again when pyproject.toml changes. The package is installed
# in editable mode, so that the book and the tests always see the working copy.
# pip would compile the modules one after the other; some files are templates, not Python.
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
	$(PIP) install --quiet --no-compile --editable ".[$*]"
	@$(PY) -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

# ------------------------------------------------------------------ the book

# From nothing: what an earlier build left would be published with it.
book: $(VENV)/.stamp-book ## build the book; warnings are errors
	@rm -rf _build/html
	$(PY) -c 'from jupyter_book.cli.main import main; main()' build . --all -W -n --keep-going
	$(PY) -m chapters._site.lite _build/html/lite
	@touch _build/.stamp-book
	@echo
	@$(PY) -c 'from pathlib import Path; print("The book:", Path("_build/html/index.html").resolve().as_uri())'

# The notebooks in the reader's browser, and nothing else. Python itself comes from Pyodide's CDN, or
# with PYODIDE=folder from the site: then it needs no network.
lite: $(VENV)/.stamp-book ## build what runs the notebooks in the browser, into _build/html/lite
	$(PY) -m chapters._site.lite _build/html/lite
export PYODIDE

# For `make lite PYODIDE=_build/pyodide`, and for the tests; 33 MB, from the first place that has them.
pyodide: $(VENV)/.stamp-book ## get Pyodide, for a site that needs no network, into _build/pyodide
	$(PY) -m chapters._site.lite.offline _build/pyodide

# Built again when something that it is made from has changed. Not as prerequisites: students' names
# are among those of the files, and may hold spaces.
SOURCES := adaptive chapters/*.* chapters/_* chapters/api chapters/images chapters/assignments/source chapters/assignments/*.md *.yml *.cff *.md
_build/.stamp-book: .FORCE | $(VENV)/.stamp-book
	@test -e $@ && test -z "$$(find $(SOURCES) -type f ! -path '*/__pycache__/*' -newer $@ | head -n 1)" || $(MAKE) book
.FORCE:

pdf: $(VENV)/.stamp-test browser _build/.stamp-book ## print the book: _build/adaptive-optimizers.pdf
	$(PY) -m tests.site.pdf

notebooks: $(VENV)/.stamp-test ## run all chapters and store their outputs, cleaned
	$(PY) -m tests.book.notebooks store

lab: $(VENV)/.stamp-lab ## open the chapters in JupyterLab
	$(PY) -m jupyterlab chapters

# ------------------------------------------------------------------ the checks

lint: $(VENV)/.stamp-test ## style, format and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

# With extra arguments for pytest: make test ARGS="-k momentum"
# They look at the book that `make book` has built, which is built first if something has changed. A
# chosen few build what they need.
# The notebooks are executed first, all at once, unless they were for the book; nbval compares them.
test: lint browser $(if $(ARGS),,_build/.stamp-book) ## lint, then all tests, on all cores: package, doctests, notebooks, built book
	$(if $(ARGS),,$(PY) -m tests.book.executed)
	$(if $(ARGS),,ADAPTIVE_BOOK=_build/html) ADAPTIVE_EXECUTED=_build/executed $(PYTEST) --ignore=tests/site --ignore=tests/lite $(ARGS)

# The book that `make book` has built; what it is checked for page by page runs in parallel. What runs
# notebooks takes longest, and comes first: at the end there is something short for each core.
check-site: $(VENV)/.stamp-test browser _build/.stamp-book ## what a reader's browser gets: weight, accessibility, links, print
	@$(PY) -m chapters._site.lite.offline _build/pyodide || echo "NO NOTEBOOK WILL BE RUN IN THE BROWSER."
	ADAPTIVE_BOOK=_build/html $(PY) -m pytest -n auto --dist worksteal tests/lite tests/site $(ARGS)

# One after the other, as each fills a core; the short ones among them are in `make check-site`.
lite-check: $(VENV)/.stamp-test browser pyodide _build/.stamp-book ## run each notebook to its end in the browser
	ADAPTIVE_REQUIRE_PYODIDE=1 ADAPTIVE_BOOK=_build/html $(PY) -m pytest tests/lite/each_notebook.py $(ARGS)

test-wasm: $(VENV)/.stamp-test pyodide ## the package's fast tests under WebAssembly, in Node
	@command -v node >/dev/null || { echo "Node was not found; this check needs Node 20 or newer."; exit 1; }
	$(PY) -m tests.lite.in_node $(ARGS)

# Two checks that need Node; nothing else does.
NODE := tests/site/node_modules/.stamp
$(NODE): tests/site/package-lock.json
	@command -v npm >/dev/null || { echo "npm was not found; these two checks need Node 20 or newer."; exit 1; }
	cd tests/site && npm ci --no-progress --loglevel=error
	@touch $@

lighthouse: $(NODE) browser _build/.stamp-book ## Lighthouse on every page: accessibility and best practices are 100
	node tests/site/lighthouse.mjs _build/html "$$($(PY) -m tests.book.browser --path)" $(ARGS)

actionlint: $(NODE) ## check the workflows
	node tests/site/actionlint.mjs .github/workflows/*.yml

links: $(VENV)/.stamp-test _build/.stamp-book ## ask every address outside the book whether it answers
	$(PY) -m tests.site.links $(ARGS)

# What the package itself is, with what it depends on and nothing else: for Pythons on which not all
# that builds the book can be installed, such as free-threaded ones.
ALONE := tests/rules tests/problems tests/test_descent.py tests/test_minimizer.py tests/test_sweep.py -k "not numba"
test-alone: ## the package with its dependencies alone: make test-alone PYTHON=python3.14t
	$(PYTHON) -m venv .venv-alone
	.venv-alone/bin/python -m pip --disable-pip-version-check install --quiet --editable . "pytest>=8.3,<10" "hypothesis>=6.100,<7" "scipy>=1.14,<2"
	.venv-alone/bin/python -m pytest -c /dev/null --rootdir . --noconftest -q -p no:cacheprovider -p tests.untimed -W error $(ALONE) $(ARGS)

# The package with other versions of numpy, in environments of their own.
test-oldest test-newest: test-%: | $(PY) ## the package with the oldest and the newest numpy
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip --disable-pip-version-check install --quiet $(NUMPY_$*) --editable ".[test]"
	.venv-$*/bin/python -m pytest -n auto --dist loadfile adaptive tests/rules tests/problems tests/large $(wildcard tests/test_*.py) $(ARGS)
# That matplotlib calls names of pyparsing which later became deprecated.
NUMPY_oldest := "numpy==2.0.*" "matplotlib==3.8.*" "pyparsing<3.3"
NUMPY_newest := --upgrade --upgrade-strategy eager "numpy<3"

dist: $(VENV)/.stamp-release ## build what is published, look into it, and test it where the sources are not
	$(PY) -m tests.release

coverage: $(VENV)/.stamp-test ## the tests, and which lines of the package they reach
	$(PYTEST) --cov=adaptive --cov-report=term $(ARGS)

browser: $(VENV)/.stamp-test ## find the browser for the tests of the pages, or install it
	@$(PY) -m tests.book.browser

# PyTorch, optax and Keras are large, and nothing else needs them: they live by themselves.
$(PARITY)/.stamp: tests/parity/requirements.txt pyproject.toml | $(PY)
	$(PYTHON) -m venv $(PARITY)
	$(PARITY)/bin/python -m pip --disable-pip-version-check install --quiet -r $< --editable ".[bench]"
	@touch $@

# What needs a framework to be tested; Keras has one backend a process.
LIVE := $(PARITY)/bin/python -m pytest -c /dev/null --rootdir . --noconftest -q -p no:cacheprovider -p tests.untimed -W ignore::DeprecationWarning

# To write down what they do now: make parity ARGS=store
parity: $(PARITY)/.stamp ## PyTorch, optax and Keras at work, compared with the package
	$(PARITY)/bin/python -m tests.parity.make $(ARGS)
	$(PARITY)/bin/python -m tests.parity.frozen $(ARGS)
	$(PARITY)/bin/python -m tests.parity.muon $(ARGS)
	$(PARITY)/bin/python -m tests.parity.totals $(ARGS)
	$(PARITY)/bin/python -m tests.parity.whole $(ARGS)
	$(PARITY)/bin/python -m tests.parity.gradients
	$(LIVE) tests/parity/live --ignore=tests/parity/live/test_keras.py
	KERAS_BACKEND=jax $(LIVE) tests/parity/live/test_keras.py
	KERAS_BACKEND=torch $(LIVE) tests/parity/live/test_keras.py
	KERAS_BACKEND=tensorflow $(LIVE) tests/parity/live/test_keras.py

# A JupyterHub with a class on it. Each of its users has rights of their own, which root can give.
$(HUB)/.stamp: tests/hub/requirements.txt tests/hub/package-lock.json pyproject.toml $(wildcard adaptive/course/*.py adaptive/course/instructor/*.py) | $(PY)
	@command -v npm >/dev/null || { echo "npm was not found; the hub's proxy needs Node 22.12 or newer."; exit 1; }
	$(PYTHON) -m venv $(HUB)
	$(HUB)/bin/python -m pip --disable-pip-version-check install --quiet -r $< ".[course,lab]"
	cd tests/hub && npm ci --no-progress --loglevel=error
	@touch $@

hub: $(HUB)/.stamp browser ## a class on a JupyterHub: release, fetch, submit, collect, grade, feedback
	$(HUB)/bin/python -m pytest -c /dev/null --rootdir . --noconftest -q -p no:cacheprovider tests/hub/a_class.py tests/hub/kubernetes.py $(ARGS)

# Otter-Grader brings many packages along. Submissions run behind walls, which take Linux.
$(OTTER)/.stamp: pyproject.toml | $(PY)
	$(PYTHON) -m venv $(OTTER)
	$(OTTER)/bin/python -m pip --disable-pip-version-check install --quiet "otter-grader>=7,<8" "pytest>=8.3,<10" --editable ".[course]"
	@touch $@

otter: $(OTTER)/.stamp ## Otter-Grader at work with the autograder that is made for it
	$(OTTER)/bin/python -m pytest -c /dev/null --rootdir . --noconftest -q -p no:cacheprovider tests/course/with_otter.py $(ARGS)

# In parts that finish: make mutants ARGS="sweep adaptive/rules/adam.py --slice 1/4", or a sample of
# each room: make mutants ARGS="--sample 0:100"
mutants: $(VENV)/.stamp-mutants ## let a tool make mistakes in the package; name those no test sees
	$(PY) -m tests.mutants.tool $(ARGS)

# All of them take hours; a slice takes minutes: make mutants-page ARGS="--slice 1/60"
mutants-page: $(VENV)/.stamp-mutants browser ## let a tool make mistakes in the page's JavaScript
	$(PY) -m tests.mutants.page $(ARGS)

# A short run, which is not stored: make bench ARGS=--quick
bench: $(PARITY)/.stamp browser _build/.stamp-book ## speed, beside PyTorch, optax and the memory itself, as ratios
	$(PARITY)/bin/python -m tests.bench $(ARGS)
	$(PY) -m tests.bench.explorer
	$(PY) -m tests.bench.pages

# Four minutes on a GPU, and about as many on a processor: make bench-torch ARGS="--device cpu"
bench-torch: $(PARITY)/.stamp ## exported rules beside PyTorch's own, on a GPU if there is one
	$(PARITY)/bin/python -m tests.bench.exported $(ARGS)

# Half an hour on two cores, minutes on a GPU, which does more: make networks ARGS="--size whole"
networks: $(PARITY)/.stamp ## larger networks trained in PyTorch with the exported rules
	$(PARITY)/bin/python -m tests.networks $(ARGS)

# ------------------------------------------------------------------ cleaning

clean: ## remove what was built
	rm -rf _build build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find adaptive chapters tests '(' -name __pycache__ -o -name .ipynb_checkpoints ')' -prune -exec rm -rf {} +

distclean: clean ## and the virtual environments
	rm -rf $(VENV) $(PARITY) $(HUB) $(OTTER) .venv-alone .venv-oldest .venv-newest tests/site/node_modules tests/hub/node_modules
