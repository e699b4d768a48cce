# Works with GNU make 3.81, which macOS ships.

VENV := .venv
BIN := $(VENV)/bin

# A build with other options than the last one is repeated; without CMAKE_ARGS the last build stays.
ifneq ($(strip $(CMAKE_ARGS)),)
ifneq ($(CMAKE_ARGS),$(shell cat $(VENV)/cmake-args 2>/dev/null))
REBUILD := rebuild
endif
endif

# If the environment was moved or copied, or its interpreter is gone, it is rebuilt.
ifneq ($(wildcard $(VENV)/installed),)
ifneq ($(shell $(BIN)/python -I scripts/sound.py $(VENV) >/dev/null 2>&1 && echo sound),sound)
REBUILD := rebuild
endif
endif

export CMAKE_ARGS

.NOTPARALLEL:
.PHONY: help run test check lint format model pictures clean rebuild

help: ## this list
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: $(VENV)/installed ## install what is missing, then solve the demo exercise in the terminal
	@$(BIN)/egcfg-tui models pull >/dev/null
	@if [ -t 0 ] && [ -t 1 ]; then \
		$(BIN)/egcfg-tui open; \
	else \
		$(BIN)/egcfg-tui solve $$($(BIN)/python scripts/demo.py) --budget 600; \
	fi

test: check ## the same as check

check: lint model ## lint, types, import contracts and all tests, also those with the real model
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/installed-dev ## lint, format, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev ## format the code and let ruff fix what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

model: $(VENV)/installed ## fetch the default model
	@$(BIN)/egcfg-tui models pull >/dev/null

pictures: $(VENV)/installed ## redraw the pictures of the documentation from the bundled recording and the results
	$(BIN)/python scripts/make_pictures.py
	$(BIN)/python scripts/draw_results.py

clean: ## remove the virtual environment and all caches of this folder
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Narration of the installation goes to standard error: standard output is for the solution.
$(VENV)/installed: pyproject.toml scripts/install.sh $(REBUILD)
	@sh scripts/install.sh $(VENV) . >&2
	@touch $@

$(VENV)/installed-dev: pyproject.toml scripts/install.sh $(REBUILD)
	@sh scripts/install.sh $(VENV) '.[dev]' >&2
	@touch $(VENV)/installed $@
