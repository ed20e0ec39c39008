# The commands of a person are the commands of CI: .ci/run calls these.

.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready  # made when everything in requirements.txt is installed

help: ## say what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(READY) ## make .venv and install what the site and its tests need

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "multichat needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Name another: make setup PYTHON=python3.12" % sys.version_info[:2])'
	@echo "Setting up in $(VENV) (a minute or two, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

run: $(READY) ## serve the chat, on SQLite unless DATABASE_URL says otherwise
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python manage.py serve

dev: $(READY) ## serve with debug pages, and again after each change of the code
	@DEBUG=1 $(BIN)/python manage.py prepare
	@DEBUG=1 $(BIN)/python manage.py first_admin
	@DEBUG=1 $(BIN)/python manage.py runserver $${HOST:-localhost}:$${PORT:-8000}

test: $(READY) browser ## run every test
	@$(BIN)/python -m pytest $(ARGS)

faults: $(READY) ## kill, freeze and fill up what the site runs on, and see that nothing is lost (12 minutes)
	@$(BIN)/python -m pytest faults $(ARGS)

e2e: $(READY) browser ## run the tests that drive a browser
	@$(BIN)/python -m pytest e2e $(ARGS)

lint: $(READY) ## check the style, the migrations and the settings of a site behind https
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@SITE_URL=https://chat.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING

audit: $(READY) ## look for known vulnerabilities in what is installed (asks PyPI)
	@test -x var/audit/bin/pip-audit || ($(PYTHON) -m venv var/audit && var/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1)
	@var/audit/bin/pip-audit --strict --path $(VENV)/lib/python*/site-packages

screenshots: $(READY) browser ## take the pictures of the README
	@$(BIN)/python -m e2e.screenshots

bench: $(READY) ## measure the site beside its peers, 15 minutes; QUICK=1: in two, into var/bench/
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@mkdir -p var/bench/node && cp bench/peers/package.json var/bench/node/
	@! command -v npm >/dev/null || npm install --prefix var/bench/node --no-package-lock --silent
	@QUICK=$(QUICK) $(BIN)/python -m bench

browser: # the tests use the system's Chromium
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || echo "No Chromium found: the browser tests will be skipped. Debian and Ubuntu: apt install chromium"

.PHONY: help setup run dev test faults e2e lint audit screenshots bench browser
