# Everything a developer or a machine does here, by name. Needs make, git and Python 3.11 or later; no root, no Docker.

PYTHON =
PYTEST_ARGS =
# Processes for the tests: one more than CI has processors, as whoever plays the faults mostly waits.
TESTERS = 3
SOAK_ARGS =
FAULTS =
SIZES =
SCREENSHOTS = screenshots
LANGUAGES = en de fr es
IN = .venv/bin
READY = .venv/.installed

# Some machines forbid Python to keep what it has compiled; every start of Plixo would then take twice as long.
unexport PYTHONDONTWRITEBYTECODE

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## run the whole product on this machine with a sample ledger and no outside account
	@$(IN)/plixo demo

cluster: $(READY) ## the same on this machine as on many: every part as several processes behind balancers, one database
	@$(IN)/plixo cluster

check: lint test ## everything that must pass before a change is taken
	@echo "make check: all passed"

lint: $(READY) ## style, types, import contracts, generated docs, the docs site
	@echo "ruff";         $(IN)/ruff check --quiet .
	@echo "ruff format";  $(IN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@echo "mypy";         $(IN)/mypy
	@echo "import-linter"; $(IN)/lint-imports --no-logo > .venv/contracts.log 2>&1 || { cat .venv/contracts.log; exit 1; }
	@echo "docs";         $(IN)/python -m plixo.docs --check
	@$(MAKE) --no-print-directory site

test: $(READY) ## the tests, on three processes (TESTERS=…); PYTEST_ARGS="-k link" picks some
	@$(IN)/python -m pytest -n $(TESTERS) --dist worksteal $(PYTEST_ARGS)

bench: $(READY) ## measure against bare code on this machine, and how costs grow with the ledger; SIZES="10000 1000000"
	@$(IN)/python -m tests.benchmarks.run
	@$(IN)/python -m tests.benchmarks.growth $(SIZES)

soak: $(READY) ## a simulated year, and kills while 10,000 mails arrive (SOAK_ARGS="--accounts 200 --days 60"); FAULTS=1: the whole fault matrix
ifeq ($(FAULTS),)
	@$(IN)/python -m pytest -m soak tests/soak
	@$(IN)/python -m tests.soak $(SOAK_ARGS)
	@$(IN)/python -m pytest -m soak tests/inbound_mail
	@PLIXO_TEST_KILLS=50 $(IN)/python -m pytest tests/faults/test_kill.py
else
	@$(IN)/python -m tests.faults $(SOAK_ARGS)
endif

mail-score: $(READY) ## read the real sample mails, print the score by its goals, and how strangers would be read
	@$(IN)/python -m tests.mail_score

screenshots: $(READY) ## every page of payers and every card in Slack, as pictures in SCREENSHOTS (default: screenshots/); LANGUAGES="en de"
	@PLIXO_SCREENSHOTS="$(SCREENSHOTS)" PLIXO_LANGUAGES="$(LANGUAGES)" PLIXO_EVERY_LOOK="$(LANGUAGES)" \
	    $(IN)/python -m pytest -n 2 -k "pictures or axe" tests/browser/test_payer_pages.py tests/browser/test_slack_pictures.py
	@echo "The pictures are in $(SCREENSHOTS)/."

docs: $(READY) ## write the generated pages of docs/ anew
	@$(IN)/python -m plixo.docs

site: $(READY) ## build the docs site into site/; a link or anchor that leads nowhere fails
	@echo "site";         $(IN)/zensical build --strict > .venv/site.log 2>&1 || { cat .venv/site.log; exit 1; }

audit: $(READY) ## ask PyPI's advisory service about every pinned dependency; says loudly when it cannot be reached
	@$(IN)/python -m tests.advisories

format: $(READY) ## lay out the code as `make check` wants it
	@$(IN)/ruff check --fix --quiet . || true
	@$(IN)/ruff format --quiet .

lock: ## pin every dependency anew in requirements.lock (needs uv, which nothing else here needs)
	@command -v uv > /dev/null || { echo "make lock needs uv on the PATH (pip install uv)." >&2; exit 1; }
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements.lock

clean: ## remove .venv, caches and build results; the data of the demo stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last, so an installation that was interrupted is done again. A name on the PATH need not be a
# Python that runs (version switchers leave such names), so each candidate is asked for its version.
$(READY): requirements.lock pyproject.toml
	@set -e; \
	test="import sys; sys.exit(sys.version_info < (3, 11))"; \
	for each in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
	    if "$$each" -c "$$test" > /dev/null 2>&1; then python="$$each"; break; fi; \
	done; \
	if [ -z "$${python:-}" ]; then \
	    echo "Plixo needs Python 3.11 or later, and none was found (python3.13, 3.12, 3.11, python3)." >&2; \
	    echo "Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	if $(IN)/python -c "$$test" > /dev/null 2>&1 && $(IN)/python -m pip --version > /dev/null 2>&1; then \
	    echo "Updating .venv"; \
	else \
	    echo "Making .venv with $$("$$python" --version)"; \
	    "$$python" -m venv --clear .venv || { \
	        echo "No virtual environment could be made; on Debian and Ubuntu install the package python3-venv." >&2; \
	        exit 1; }; \
	fi; \
	{ $(IN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock && \
	  $(IN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	} > .venv/install.log 2>&1 || { cat .venv/install.log >&2; exit 1; }; \
	touch $(READY)

.PHONY: help demo cluster check lint test bench soak mail-score screenshots docs site format lock clean audit
