# Two commands do everything: `make lab` opens the course, `make test` runs every check.
# Each first builds the environment in .venv (Python >= 3.11, make; uses uv where it is installed).
# Another interpreter: make lab PYTHON=python3.13. Options of the server: make lab LABFLAGS=--no-browser

PYTHON ?= python3
LABFLAGS ?=
V := .venv
PY := $(V)/bin/python

.PHONY: lab test check notebooks lock clean

# A reader needs 740 MB of packages; compiler, browser driver and reference libraries of the tests
# bring it to 1,320 MB. Hence two locks: the one of the tests holds every pin of the reader's.
$(V)/.lab: requirements-lab.lock pyproject.toml
	$(call environment,requirements-lab.lock)
	@touch $@

$(V)/.ok: requirements.lock pyproject.toml
	$(call environment,requirements.lock)
	@touch $@

# The settings in .jupyter (notes open rendered, no news pop-up) and the layout kept in .venv
# leave the reader's own JupyterLab as it is.
lab: $(if $(wildcard $(V)/.ok),$(V)/.ok,$(V)/.lab)
	@JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" \
	JUPYTERLAB_WORKSPACES_DIR="$(CURDIR)/$(V)/workspaces" \
	$(PY) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/00_map.ipynb $(LABFLAGS)

# Notebooks run in order and one at a time: their kernels race for ports otherwise, for no gain.
test: $(V)/.ok check
	$(PY) -m pytest -p no:nbval -m "not browser"
	@if ls notebooks/*.ipynb >/dev/null 2>&1; then set -x; \
		$(PY) -m pytest -p no:randomly -p no:xdist --nbval-lax --nbval-current-env \
		--nbval-cell-timeout=60 --nbval-kernel-startup-timeout=60 notebooks; fi
	$(PY) -m pytest -p no:nbval -m browser tests/browser

check: $(V)/.ok
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy --no-error-summary greekslab
	$(V)/bin/lint-imports --no-logo

# Run every notebook and keep its outputs; a second run changes nothing.
notebooks: $(V)/.ok
	$(PY) tools/notebooks.py

# Newer releases: make lock LOCKFLAGS=--upgrade
COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
	$(LOCKFLAGS) pyproject.toml --extra lab --group build
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	$(COMPILE) --extra fast --extra test --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --output-file requirements-lab.lock

clean:
	rm -rf $(V) artefacts build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# $(1) is the lock. pip takes over where uv fails, as behind a mirror that only pip is told of.
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "greekslab needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.13, say." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments (module venv or ensurepip is missing)." >&2; \
		echo "On Debian or Ubuntu: apt install python3-venv; then run make again." >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(V)
	@echo "Installing what $(1) lists into $(V); this takes a minute or two."
	@{ command -v uv >/dev/null && \
		uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes --requirement $(1); } || \
		$(PY) -m pip install -qq --require-hashes --requirement $(1)
	@$(PY) -m pip install -qq --no-deps --no-build-isolation --editable .
endef
