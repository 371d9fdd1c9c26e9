# Each target sets up only what it needs; stamps make the second time quick.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
VENDOR := dispatch/static/vendor
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard */locale/*/LC_MESSAGES/django.po))
export PORT
# Every process of ours would compile every module of ours anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check format serve bench lock screenshots messages clean
.DELETE_ON_ERROR:

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort

demo: $(VENV)/.base $(VENDOR)/.done $(CATALOGUES)  ## a whole town on this machine
	@exec $(PY) manage.py demo

test: $(VENV)/.dev $(VENDOR)/.done $(CATALOGUES)  ## every test, on SQLite and on PostgreSQL + Redis + Celery; ARGS=tests/… picks
	@exec $(PY) -m tests.infra.suite $(ARGS)

check: $(VENV)/.dev $(VENDOR)/.done $(CATALOGUES)  ## format, lint, types, layers, migrations, deployment, docs
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@$(PY) -m pytest -q tests/architecture

format: $(VENV)/.dev  ## what check would complain about and a machine can mend
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

serve: $(VENV)/.base $(VENDOR)/.done $(CATALOGUES)  ## production processes; needs DATABASE_URL, REDIS_URL, SECRET_KEY
	@$(PY) manage.py check --deploy --database default
	@$(PY) manage.py migrate --no-input --skip-checks
	@$(PY) manage.py collectstatic --no-input --skip-checks --verbosity 0
	@exec $(VENV)/bin/honcho start

bench: $(VENV)/.dev $(VENDOR)/.done  ## benchmarks as ratios; BENCH=calls,ring,start picks
	@exec $(PY) -m bench

screenshots: $(VENV)/.dev $(VENDOR)/.done $(CATALOGUES)  ## every main page in both languages and themes, from the running demo
	@exec $(PY) -m tests.infra.screenshots

lock: $(VENV)/.dev  ## compile the requirements and the front-end lock anew
	@for name in base node traces; do $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes \
		--python-version 3.11 requirements/$$name.in -o requirements/$$name.txt > /dev/null; done
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		-c requirements/base.txt requirements/dev.in -o requirements/dev.txt > /dev/null
	@npm install --package-lock-only --ignore-scripts

messages: $(VENV)/.dev  ## collect translatable text into the catalogue
	@$(PY) manage.py makemessages --locale zh_Hans --add-location file --no-obsolete \
		--ignore node_modules --ignore var --ignore tests

clean:  ## forget environment and front-end files; var/ stays
	rm -rf $(VENV) node_modules $(VENDOR)

# --- what the targets stand on ----------------------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "One Number needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: requirements/base.txt | $(VENV)/.made
	@echo "Installing what the service runs on ..."
	@$(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Installing what tests and checks need ..."
	@$(PIP) -r $<
	@touch $@

node_modules/.done: package.json package-lock.json .npmrc requirements/node.txt | $(VENV)/.base
	@command -v npm > /dev/null || { echo "Installing Node ..."; $(PIP) -r requirements/node.txt; }
	@echo "Fetching front-end files ..."
	@PATH="$$PATH:$(CURDIR)/$(VENV)/bin" npm ci --ignore-scripts --silent
	@touch $@

$(VENDOR)/.done: node_modules/.done dispatch/static/icons.txt dispatch/icons.py
	@rm -rf $(VENDOR) && mkdir -p $(VENDOR)/leaflet
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@cp node_modules/idiomorph/dist/idiomorph.min.js $(VENDOR)/
	@cp -r node_modules/leaflet/dist/leaflet.css node_modules/leaflet/dist/images $(VENDOR)/leaflet/
	@grep -v '^//# sourceMappingURL' node_modules/leaflet/dist/leaflet.js > $(VENDOR)/leaflet/leaflet.js
	@echo 'export * from "jssip"' | PATH="$$PATH:$(CURDIR)/$(VENV)/bin" node_modules/.bin/esbuild \
		--bundle --minify --format=iife --global-name=JsSIP --log-level=error > $(VENDOR)/jssip.min.js
	@grep -v '^//# sourceMappingURL' node_modules/@twilio/voice-sdk/dist/twilio.min.js > $(VENDOR)/twilio.min.js
	@cp node_modules/jssip/LICENSE.md $(VENDOR)/jssip.LICENSE
	@cp node_modules/@twilio/voice-sdk/LICENSE.md $(VENDOR)/twilio.LICENSE
	@for name in htmx.org idiomorph leaflet lucide-static; do \
		cp node_modules/$$name/LICENSE $(VENDOR)/$$name.LICENSE; done
	@$(PY) -m dispatch.icons node_modules/lucide-static/icons $(VENDOR)/icons.json
	@touch $@

%.mo: %.po | $(VENV)/.base
	@$(PY) -m babel.messages.frontend compile --input-file $< --output-file $@
