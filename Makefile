# Escale. `make demo` tries it, `make test` proves it; `make help` lists the rest.
# Every recipe runs in this folder, wherever make was called from.

SHELL := /bin/sh
.DEFAULT_GOAL := help
HERE := $(shell cd "$$(dirname "$(strip $(MAKEFILE_LIST))")" && pwd)
CD := cd "$(HERE)" &&
PY := .venv/bin/python
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
export PORT SCALE ONLY

.PHONY: help demo test test-postgres test-sqlite lint audit shell bench screenshots lock translations clean install install-dev

help:
	@echo "make demo          essayer Escale sur http://127.0.0.1:8000 (PORT=, SCALE=small|city)"
	@echo "make test          toute la suite : PostgreSQL, puis SQLite"
	@echo "make lint          style, types, contrats d'import, gabarits, réglages"
	@echo "make audit         failles connues des dépendances (demande le réseau)"
	@echo "make shell         une console Django sur les données de la démonstration"
	@echo "make bench         mesures (ONLY=domaine), dans var/bench.json"
	@echo "make screenshots   images du README, prises dans la démonstration"
	@echo "make lock          recalculer les versions verrouillées"
	@echo "make translations  compiler les traductions"
	@echo "make clean         effacer les données de la démonstration et les caches"

# $(1): the lock to install. Does nothing when .venv already holds it.
define installed
	@$(CD) set -e; \
	if ! cmp -s $(1) .venv/$(1) || [ ! -x $(PY) ]; then \
	  for found in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    "$$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; found=; \
	  done; \
	  [ -n "$$found" ] || { echo "Il faut Python 3.11 ou plus récent (PYTHON=chemin pour en désigner un)."; exit 1; }; \
	  [ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1 || "$$found" -m venv --clear .venv \
	    || { echo "Impossible de créer .venv : installez le module venv de Python (Debian : python3-venv)."; exit 1; }; \
	  echo "Installation des dépendances (une seule fois)…"; \
	  $(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r $(1); \
	  cp $(1) .venv/$(1); \
	fi
endef

install:
	$(call installed,requirements.lock)

install-dev:
	$(call installed,requirements-dev.lock)

demo: install
	@$(CD) exec $(PY) -m portal.supervisor

test: test-postgres test-sqlite

# Workers steal each other's work: one slow journey must not hold the others up.
test-postgres: install-dev translations
	@$(CD) $(PY) -m pytest -n $(CORES) --dist worksteal -q $(ARGS)

test-sqlite: install-dev translations
	@$(CD) TEST_DB=sqlite $(PY) -m pytest -n $(CORES) --dist worksteal -q $(ARGS)

lint: install-dev
	@$(CD) $(PY) -m tests.lint

audit: install-dev
	@$(CD) $(PY) -m pip_audit --require-hashes --disable-pip -r requirements.lock

shell: install
	@$(CD) DEMO=1 $(PY) manage.py shell

bench: install-dev translations
	@$(CD) $(PY) -m tests.bench $(ONLY)

screenshots: install-dev
	@$(CD) $(PY) -m tests.screenshots

translations:
	@$(CD) DEMO=1 $(PY) manage.py compile_translations

lock: install-dev
	$(CD) $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock pyproject.toml
	$(CD) $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group dev -o requirements-dev.lock pyproject.toml

clean:
	@$(CD) rm -rf var staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@$(CD) find . -name .venv -prune -o -name __pycache__ -prune -exec rm -rf {} +
