# Every target sets up a virtual environment in .venv first, and installs nothing elsewhere.
# Needs make and a Python from 3.11 to 3.14.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# Without cached bytecode each test process compiles everything.
unexport PYTHONDONTWRITEBYTECODE

# The first supported interpreter that runs; Lambda's version before newer ones. Choose another with
# `make demo PYTHON=/some/python`.
fits := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3.14 python3; do \
  $$python -c '$(fits)' >/dev/null 2>&1 && { echo $$python; break; }; done)

bin := .venv/bin
ready := .venv/.ready
# checkov holds other packages back, so it has an environment of its own.
checkov := .venv/checkov
site := .venv/site
audit = $(bin)/pip-audit --vulnerability-service osv --disable-pip --require-hashes --progress-spinner off \
  --requirement requirements/all.lock --requirement requirements/functions.lock

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(ready): requirements/setup.lock requirements/all.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Mocktailverse needs Python 3.11 to 3.14; none was found." >&2; exit 2; }
	@echo "Setting up .venv with $$($(PYTHON) --version)"
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.lock
	@$(bin)/uv pip sync --quiet --python $(bin)/python --require-hashes requirements/all.lock
	@$(bin)/uv pip install --quiet --python $(bin)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@

.PHONY: setup
setup: $(ready) ## Create the virtual environment (every other target does so, too)

.PHONY: demo
demo: $(ready) ## Run the pipeline on the embedded AWS and show each step
	@$(bin)/mocktailverse demo

.PHONY: unit
unit: $(ready) ## The unit tests, with fewer examples of each property; about a minute
	$(bin)/pytest tests/unit -n auto --dist worksteal --hypothesis-profile fast

.PHONY: golden
golden: $(ready) ## Renew the golden outputs, after you raised TRANSFORM_VERSION
	$(bin)/pytest tests/unit/drinks/test_normalize.py tests/unit/repository/test_explanation.py --renew-golden -q

.PHONY: test
test: $(ready) ## Every test that needs no browser
	$(bin)/pytest -n auto --dist worksteal

.PHONY: test-browser
test-browser: $(ready) ## The pages in a real browser; needs Debian's chromium
	$(bin)/pytest -m browser -n 2 --dist loadgroup

.PHONY: soak
soak: $(ready) ## Tests that take long: 100,000 records through the whole stack
	$(bin)/pytest -m soak

.PHONY: fuzz
fuzz: $(ready) ## Arbitrary inputs for SECONDS=300; SEED= and TARGET= repeat a failure
	$(bin)/pytest tests/fuzz -m fuzz --timeout 0 --fuzz-seconds $(or $(SECONDS),300) \
	  $(if $(SEED),--fuzz-seed $(SEED)) $(if $(TARGET),-k "$(TARGET)") \
	  $(if $(API),--fuzz-api "$(API)" --fuzz-key "$(KEY)")

.PHONY: chaos
chaos: $(ready) ## Kill, freeze and starve local stacks at random; SEED=7, N=10 rounds or MINUTES=30
	$(bin)/pytest tests/chaos -m chaos -s -x $(if $(SEED),--chaos-seed=$(SEED)) \
	  $(if $(N),--chaos-rounds=$(N)) $(if $(MINUTES),--chaos-minutes=$(MINUTES))

trials = PYTHONPATH=tests $(bin)/python -m trials

.PHONY: trials
trials: $(ready) ## Random data and faults on the whole stack; N= SEED= MINUTES= KIND= CASE=
	$(trials) $(if $(N),--trials $(N)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) \
	  $(if $(CASE),--case $(CASE)) $(if $(KIND),--kind $(KIND))

.PHONY: trials-quick
trials-quick: $(ready) ## A few fixed trials and random ones, in about a minute
	$(trials) --quick $(if $(SEED),--seed $(SEED))

# With the gates among the other tests: decision 0039.
proof := tests/aws_proof tests/unit/repository tests/integration/test_releases.py

.PHONY: aws-proof
aws-proof: $(ready) ## Prove what an account would show, with tools by others; needs Node and Python 3.13
	@$(bin)/python tests/aws_proof/set_up.py
	$(bin)/pytest $(proof) -m "(aws_proof or aws_gate) and not soak" -n 2 --dist loadgroup

.PHONY: bench
bench: $(ready) ## Measure beside floors, peers and goals; CHECK=1 fails unless every goal is met
	$(bin)/python tests/benchmarks/run.py $(if $(CHECK),--check)

.PHONY: accuracy
accuracy: $(ready) ## Count how many labelled measures, lines, mocktails, substitutes and groups are right
	$(bin)/python tests/benchmarks/accuracy.py
	$(bin)/python tests/benchmarks/line_accuracy.py
	$(bin)/python tests/benchmarks/substitution_labels.py
	$(bin)/python tests/benchmarks/grouping_labels.py

# 200 mutants at a time; N=0 tries all. The seed is printed, and SEED= repeats it.
.PHONY: mutants
mutants: $(ready) ## Mutation testing: put faults into the packages; SEED= N= PATHS= JSON=1
	@PYTHONPATH=tests $(bin)/python -m mutation $(if $(SEED),--seed $(SEED)) --number $(or $(N),200) $(if $(JSON),--json) $(PATHS)

.PHONY: operations
operations: $(ready) ## Measure a local stack with the samples; rewrite the measured pages of docs/operations
	$(bin)/python docs/measure_operations.py

.PHONY: docs
docs: $(ready) ## Write the generated parts of docs/reference, and the template's mapping Stages
	$(bin)/python docs/generate.py

$(checkov)/.ready: $(ready) requirements/checkov.lock
	@rm -rf $(checkov) && $(bin)/uv venv --quiet --python $(bin)/python $(checkov)
	@$(bin)/uv pip sync --quiet --python $(checkov)/bin/python --require-hashes requirements/checkov.lock
	@touch $@

$(site)/.ready: $(ready) requirements/site.lock
	@rm -rf $(site) && $(bin)/uv venv --quiet --python $(bin)/python $(site)
	@$(bin)/uv pip sync --quiet --python $(site)/bin/python --require-hashes requirements/site.lock
	@touch $@

.PHONY: site
site: $(site)/.ready ## Build the documentation site into dist/site; REPOSITORY= is its address
	$(bin)/python docs/build_site.py $(REPOSITORY)

.PHONY: pictures
pictures: $(ready) ## Retake the README's pictures; needs Chromium
	$(bin)/python docs/take_pictures.py

.PHONY: check
check: $(ready) $(checkov)/.ready ## Format, lint, types, layers, words, templates, workflows, secrets, vulnerabilities
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/python .ci/check_words.py
	$(bin)/cfn-lint infrastructure/*.yaml
	$(checkov)/bin/checkov --config-file .ci/checkov.yaml
	$(bin)/zizmor --offline --quiet --persona pedantic --config .ci/zizmor.yml .github/workflows
	@git ls-files -z | xargs -0 $(bin)/detect-secrets-hook --no-verify --baseline .ci/secrets.baseline
	@report=$$($(audit) 2>&1) && echo "$$report" || { \
	  grep -qE 'Connect(ion|Timeout)Error|Could not connect|ReadTimeout|ProxyError' <<<"$$report" \
	  && echo "Dependencies not audited: osv.dev cannot be reached. Run make audit where it can." \
	  || { echo "$$report"; exit 1; }; }

.PHONY: audit
audit: $(ready) ## Look for known vulnerabilities in the locked dependencies, at osv.dev
	$(audit)

.PHONY: format
format: $(ready) ## Format the code and fix what the linter can fix
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

.PHONY: lock
lock: $(ready) ## Lock the dependencies, with hashes; UPGRADE=--upgrade takes newer versions
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  requirements/setup.in -o requirements/setup.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --all-extras pyproject.toml -o requirements/all.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --constraint requirements/all.lock --extra dashboard pyproject.toml \
	  -o infrastructure/streamlit_cloud/requirements.txt
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  --no-emit-package boto3 --no-emit-package botocore --no-emit-package s3transfer \
	  --no-emit-package python-dateutil --no-emit-package six --no-emit-package urllib3 \
	  --constraint requirements/all.lock pyproject.toml -o requirements/functions.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  requirements/checkov.in -o requirements/checkov.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  requirements/site.in -o requirements/site.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	  requirements/aws_proof/tools.in -o requirements/aws_proof/tools.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.13 --no-header \
	  --constraint requirements/all.lock requirements/aws_proof/runtime.in -o requirements/aws_proof/runtime.lock
	$(bin)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --python-version 3.13 --no-header \
	  requirements/aws_proof/runtime_oldest.in -o requirements/aws_proof/runtime_oldest.lock
	command -v npm >/dev/null || exit 0; cd tests/aws_proof/node && npm install --silent --package-lock-only

.PHONY: wheels
wheels: $(ready) ## Check that each locked package has a wheel for each Python and platform
	@$(bin)/python requirements/check_wheels.py $(if $(FETCH),--fetch)

.PHONY: clean
clean: ## Remove the virtual environment, builds and caches
	rm -rf .venv .mocktailverse dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
