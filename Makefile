PYTHON ?= python3
V := .venv
$(V)/.ok: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(V)
	uv pip install -q --python $(V)/bin/python --require-hashes -r requirements.lock
	$(V)/bin/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@
