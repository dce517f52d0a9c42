# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

STEP = @python3 tests/tools/steps.py

# Variables named on make's command line reach the scripts by the environment.
export ARGS IMAGE INVENTORY LIMIT PYTHON SCENARIO SEEDS
export HOLDFAST_SCENARIOS = $(SCENARIOS)
export HOLDFAST_RULES = $(RULES)

.DEFAULT_GOAL := help
.PHONY: help audit test unit lab lab-shell faults random bench docs pins clean

help: ## Name the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

audit: ## Audit this machine, or a fleet: INVENTORY=hosts.yml [LIMIT=pattern] [ARGS="-e holdfast_fail_on=critical"]
	@scripts/audit.sh $(ARGS)

test: ## Run every test; STEPS="unit-* lab-*" for some of them
	@python3 tests/tools/run.py $(foreach step,$(STEPS),'$(step)')

unit: ## Run the unit tests on every Python that is here
	@python3 tests/tools/run.py --quick-units

lab: ## Prove the rules on real hosts (root, Debian): [SCENARIOS=dir RULES=dir] [ARGS="-k name"]
	$(STEP) lab

lab-shell: ## Boot a scenario's host and open a shell in it: SCENARIO=subject/name [IMAGE=debian12]
	$(STEP) lab-shell

faults: ## Break rollouts on real hosts in every way, and count (root, Debian; takes hours) [IMAGE=debian12] [ARGS="-k name"]
	$(STEP) faults

random: ## Hold audit and enforce against hosts of random state (root, Debian; a minute each) [SEEDS=1-50] [IMAGE=debian12] [ARGS="--only audit"]
	$(STEP) random

bench: ## Measure what audits and probes cost, as ratios (root, Debian) [ARGS=audit or ARGS=probe for one part]
	$(STEP) bench

docs: ## Generate the tables in docs/
	$(STEP) docs

pins: ## Choose the versions in requirements/*.txt anew
	@scripts/pins.sh

clean: ## Delete what the targets made in this folder
	rm -rf .build .venv .ansible tests/output holdfast-report
