# Cadastre: every command a developer or a first-time visitor needs. `make` alone lists them.

# Which Python builds the environment; python3.11 or python3 when not given.
PYTHON ?=
# How many processes share the tests.
WORKERS ?= 2
# Further words for the command underneath: make test ARGS="tests/cmdb -k impact"
ARGS ?=

VENV := .venv/bin
PACKAGES := cmdb discovery server web agent
LOCK := $(VENV)/uv pip compile --quiet --no-emit-index-url --no-emit-find-links \
	--generate-hashes --universal --python-version 3.11 --no-header --upgrade

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run demo demo-purge serve setup setup-run front-end catalogues format lint test check \
	immunity system bench migrate upgrade messages lock wheel agent-packages clean

##@ First steps
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo

run: setup-run ## Install what is needed, start Cadastre on this machine and register the machine
	@exec $(VENV)/cadastre serve --with-local-agent $(ARGS)

demo: setup-run ## Add a believable estate (2,000 items) in an organisation of its own
	@$(VENV)/cadastre demo load $(ARGS)

demo-purge: setup-run ## Remove that estate, and nothing else
	@$(VENV)/cadastre demo purge $(ARGS)

##@ Every day
setup: ## Bring .venv, the front end and the message catalogues up to date for development
	@requirements/install.sh dev
	@$(MAKE) --no-print-directory front-end catalogues

serve: setup ## Start the server alone
	@exec $(VENV)/cadastre serve $(ARGS)

migrate: setup-run ## Bring the database to the newest schema
	@$(VENV)/cadastre migrate $(ARGS)

upgrade: setup-run ## After git pull, with the server stopped: the newest schema, a backup before it
	@$(VENV)/cadastre upgrade $(ARGS)

format: setup ## Let ruff lay out the code and mend what it can
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .

messages: setup ## Collect visible strings into the catalogues of all languages, then compile them
	@$(VENV)/python -m server.foundation.catalogues extract
	@$(VENV)/python -m server.foundation.catalogues update
	@$(VENV)/python -m server.foundation.catalogues compile

##@ Before a commit
lint: setup ## Style, types, imports, security
	@echo "==> ruff"
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@echo "==> mypy"
	@$(VENV)/mypy
	@echo "==> import contracts"
	@$(VENV)/lint-imports --no-logo
	@echo "==> bandit"
	@$(VENV)/bandit --quiet --recursive --severity-level medium \
		--confidence-level high --exclude ./web/node_modules $(PACKAGES)

test: setup ## The whole suite, on SQLite and PostgreSQL, browser included (ARGS="--db sqlite" for one)
	@deploy/system.sh
	@# Hundreds of processes load the program: what one has compiled, the others read.
	@env -u PYTHONDONTWRITEBYTECODE $(VENV)/python -m pytest -n $(WORKERS) --maxschedchunk 50 $(ARGS)

check: ## All of it: lint, then test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test

immunity: ## Break one guard at a time; the module that attacks it must turn red (ARGS="any-order")
	@$(MAKE) --no-print-directory setup
	@$(VENV)/python -m tests.immunity $(ARGS)

bench: ## List the benchmarks; NAME=impact runs one and prints its figures as JSON lines
	@$(MAKE) --no-print-directory setup >&2
	@$(VENV)/python -m tests.benchmarks $(NAME)

system: ## As root: install the Debian packages the tests need
	@deploy/system.sh

##@ Now and then
lock: setup ## Look for newer libraries and write the lock files anew
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) pyproject.toml --extra saml -c requirements/run.txt -o requirements/saml.txt
	@$(LOCK) pyproject.toml --extra saml --group dev -c requirements/saml.txt -o requirements/dev.txt
	@$(LOCK) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	@$(LOCK) requirements/node.in -c requirements/dev.txt -o requirements/node.txt

wheel: setup ## Build both wheels into dist/: the server, and the agent alone
	@$(VENV)/python -m build --wheel --no-isolation --outdir dist .
	@$(VENV)/python -m build --wheel --no-isolation --outdir dist deploy/agent

agent-packages: setup ## Build the agent as one file and as a Debian package into dist/
	@$(VENV)/python deploy/agent/build_zipapp.py
	@$(VENV)/python deploy/agent/build_deb.py

clean: ## Remove what was built; the data in var/ and the environment stay
	@rm -rf build dist web/static/dist web/node_modules
	@rm -rf .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

# Steps of the above, quick when there is nothing to do.
setup-run:
	@requirements/install.sh run
	@$(MAKE) --no-print-directory front-end catalogues

front-end:
	@$(VENV)/python -m web.assets_build --check-node 2>/dev/null || { \
		echo "==> no Node.js 20 on this machine: taking it from PyPI"; requirements/install.sh node; }
	@$(VENV)/python -m web.assets_build

catalogues:
	@$(VENV)/python -m server.foundation.catalogues compile
