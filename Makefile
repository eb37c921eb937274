# make demo    crawl and clean the practice sites: about a minute after the installation
# make test    everything that CI runs: check, then the tests
# make check   ruff (all rules), mypy --strict, and the limits on length and complexity of functions
# make patterns  judge the running time of new or changed patterns on hostile pages, and store it; needs Debian's npm
# make ablation  switch off each rule and stage of the cleaner alone, and print which pages change; about an hour
# make killpoints   kill a crawl at every write, fsync and commit: what is lost, duplicated, or not repaired
# make damage  flip bits in, truncate and delete each file of an archive x each command: what is lost, reported, healed
# make soak MINUTES=15   crawl generated pages with faults: memory, open files, captures compared with the server's log
# make faults  faults of the web, the disk and the power, row by row, with the results of their tests;
#              with CI=1 it fails if a tool is missing: Debian's npm, chromium, openssl, libgnutls30
# make scrapy-next  the tests of our use of Scrapy, with its newest release or pre-release
# make wire    odd responses of servers: which of Chromium, curl and the crawler read them completely; two minutes
# make browser lists that need scripts, shown by a real Chromium; needs Debian's package chromium
# make web     the pages of cundang serve in a real Chromium: views, accessibility, hostile pages; needs chromium and npm
# make fuzz    clean mutated pages for ten minutes
# make quality  compare cleaned texts with the expected ones, and with other cleaners; fails below its floors
# make readers read exports by datasets, datatrove and mlcroissant, in an environment of their own
# make scrapyd deploy the checkout to a real scrapyd on loopback, and start a crawl there
# make scheduled  a daemon crawls three practice sites for three minutes; then ten simulated weeks (WEEKS=10)
# make cluster  two Dask workers over a bucket, with forty kills of workers and coordinators: the same shards as on one
#              machine, no site crawled by two; parts, and a worker with another lxml; half an hour
# make year   simulate a year of 300 sites on one machine, and of 10^8 pages on twenty; compare five visits with real ones
# make sites300  crawl 300 generated sites with one command: memory, articles, pauses, pages per second; fifteen minutes
# make buckets  store an archive in a bucket of moto, an S3 server, in an environment of its own
# make reclean    make 10,000 captures again after a change of rules: predicted, killed twenty times, timed; half an hour
# make manners 24 kinds of lists without plain links, from a new seed: each complete or reported; twenty minutes
# make recall  twelve families of sites from new seeds, and a million addresses: forty minutes
# make weigh  the size of an installation, part by part
# make start  the CPU time that commands take to start, as ratios to `scrapy version`
# make bench   speeds as ratios within one run, compared with wget if it is installed; then hostile pages

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STRANGERS := build/strangers

.DELETE_ON_ERROR:
.PHONY: year sites300 demo test check patterns ablation recall manners bench clean faults killpoints damage soak quality readers scrapyd cluster buckets scheduled reclean fuzz browser web wire start weigh scrapy-next

demo: $(VENV)/.product
	$(BIN)/cundang demo

# Crawls wait for one another a third of the time: three workers keep two cores busy.
test: check
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: $(VENV)/.develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tests/complexity.py

patterns: $(VENV)/.develop $(STRANGERS)/recheck/.made
	$(BIN)/python tests/patterns.py --recheck $(STRANGERS)/recheck/node_modules

ablation: $(VENV)/.develop
	$(BIN)/python tests/ablation.py

$(STRANGERS)/recheck/.made:
	@command -v npm >/dev/null || { echo "make patterns judges with node: on Debian, apt install npm" >&2; exit 2; }
	mkdir -p $(STRANGERS)/recheck
	cd $(STRANGERS)/recheck && npm install --prefix . --no-audit --no-fund --ignore-scripts recheck@4.5.0
	touch $@

# Needs a C compiler; some ten minutes.
killpoints: $(VENV)/.develop
	$(BIN)/python tests/killpoints.py

damage: $(VENV)/.develop
	$(BIN)/python tests/damage_matrix.py

faults: $(VENV)/.develop $(STRANGERS)/.made
	CUNDANG_STRANGERS=$(STRANGERS) $(BIN)/python tests/faults.py

# Third-party tools that read our files, in environments of their own. npm's warcio needs no other package of
# ReplayWeb.page, so that one is only unpacked.
$(STRANGERS)/.made:
	@command -v npm >/dev/null || { echo "make faults reads our files with node: on Debian, apt install npm" >&2; exit 2; }
	mkdir -p $(STRANGERS)
	$(PYTHON) -m venv $(STRANGERS)/python
	$(STRANGERS)/python/bin/pip install --quiet 'pywb>=2.10,<3' 'wacz>=0.6,<1' 'cdxj-indexer>=1.5,<2'
	cd $(STRANGERS) && npm install --no-audit --no-fund --ignore-scripts warcio@2.4.11
	cd $(STRANGERS) && npm pack replaywebpage@2.4.6 && mkdir -p replaywebpage \
	  && tar -xzf replaywebpage-2.4.6.tgz --strip-components=1 -C replaywebpage
	touch $@

bench: $(VENV)/.develop
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_reclean.py --pages 2000 --kills 2
	$(BIN)/python tests/bench_catalogue.py
	$(BIN)/python tests/bench_replay.py
	$(BIN)/python tests/bench_attacks.py

start: $(VENV)/.develop
	$(BIN)/python tests/bench_start.py

# This ignores the bound on Scrapy's version; missing private names are noticed at the start (crawler/wire/handler.py).
scrapy-next:
	$(PYTHON) -m venv build/scrapy-next
	build/scrapy-next/bin/pip install --quiet --upgrade pip
	build/scrapy-next/bin/pip install --quiet --constraint constraints.txt --editable '.[dev,web]'
	build/scrapy-next/bin/pip install --quiet --pre --upgrade scrapy
	build/scrapy-next/bin/python -m pytest tests/crawler/test_scrapy.py tests/crawler/test_look.py tests/crawler/test_recorder.py

weigh: $(VENV)/bin/pip
	rm -rf build/weigh
	$(BIN)/pip install --quiet --target build/weigh --constraint constraints.txt .
	du -sm build/weigh
	du -sm build/weigh/* | sort -rn | head -20

readers: $(VENV)/.develop build/readers/.made
	$(BIN)/python tests/read_exports.py build/readers/bin/python

build/readers/.made:
	$(PYTHON) -m venv build/readers
	build/readers/bin/pip install --quiet 'datasets>=5,<6' 'datatrove[io]>=0.10,<1' regex 'mlcroissant>=1.1,<2'
	touch $@

scrapyd: $(VENV)/.develop build/scrapyd/.made
	$(BIN)/python tests/deploy_to_scrapyd.py build/scrapyd/bin

# Scrapyd names eggs by time, so cundang's version is that of the installed one, while its code comes from the egg.
build/scrapyd/.made: pyproject.toml
	$(PYTHON) -m venv build/scrapyd
	build/scrapyd/bin/pip install --quiet --upgrade pip
	build/scrapyd/bin/pip install --quiet --constraint constraints.txt .
	build/scrapyd/bin/pip install --quiet 'scrapyd>=1.6,<2' 'scrapyd-client>=2,<3' 'setuptools>=77,<81'
	touch $@

buckets: $(VENV)/.develop $(STRANGERS)/moto/.made
	CUNDANG_STRANGERS=$(STRANGERS) $(BIN)/python -m pytest tests/warc/test_away.py tests/crawler/test_lease.py tests/export/test_bucket.py

# Its libraries conflict with ours.
$(STRANGERS)/moto/.made:
	$(PYTHON) -m venv $(STRANGERS)/moto
	$(STRANGERS)/moto/bin/pip install --quiet 'moto[server]>=5.2,<6'
	touch $@

year: $(VENV)/.develop
	$(BIN)/python trials/year.py
	$(BIN)/python trials/year.py --real

cluster: $(VENV)/.develop $(STRANGERS)/moto/.made $(STRANGERS)/lxml/.made
	CUNDANG_STRANGERS=$(STRANGERS) $(BIN)/python tests/cluster.py

$(STRANGERS)/lxml/.made:
	$(BIN)/pip install --quiet --no-deps --target $(STRANGERS)/lxml 'lxml==6.0.0'
	touch $@

WEEKS ?= 10
scheduled: $(VENV)/.develop
	$(BIN)/python tests/daemon.py
	CUNDANG_WEEKS=$(WEEKS) $(BIN)/python -m pytest -n 2 tests/schedule/test_schedule.py -k week

sites300: $(VENV)/.develop
	$(BIN)/python tests/sites300.py
	CUNDANG_SITES=1 $(BIN)/python -m pytest tests/crawler/test_slots.py

reclean: $(VENV)/.develop
	$(BIN)/python tests/bench_reclean.py

fuzz: $(VENV)/.develop
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,web,fuzz]'
	$(BIN)/python tests/fuzz.py

browser: $(VENV)/.develop
	@command -v chromium >/dev/null || { echo "make browser needs Chromium: on Debian, apt install chromium" >&2; exit 2; }
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,web,browser]'
	$(BIN)/python -m pytest tests/crawler/test_browser.py

web: $(VENV)/.develop $(STRANGERS)/.axe
	@command -v chromium >/dev/null || { echo "make web needs Chromium: on Debian, apt install chromium" >&2; exit 2; }
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,browser,web]'
	CUNDANG_STRANGERS=$(STRANGERS) $(BIN)/python -m pytest tests/web

$(STRANGERS)/.axe:
	@command -v npm >/dev/null || { echo "make web checks pages with axe-core: on Debian, apt install npm" >&2; exit 2; }
	mkdir -p $(STRANGERS)
	cd $(STRANGERS) && npm install --no-audit --no-fund --ignore-scripts axe-core@4.14
	cd $(STRANGERS) && npm pack @webrecorder/wabac@2.27.3 && mkdir -p wabac \
	  && tar -xzf webrecorder-wabac-2.27.3.tgz --strip-components=1 -C wabac
	touch $@

wire: $(VENV)/.develop
	$(BIN)/python tests/compare_wire.py

quality: $(VENV)/.quality
	$(BIN)/python tests/quality.py

manners: $(VENV)/.develop
	CUNDANG_MANNERS=1 $(BIN)/python -m pytest tests/crawler/test_manners.py

recall: $(VENV)/.develop
	CUNDANG_RECALL=1 $(BIN)/python -m pytest tests/crawler/test_families.py
	$(BIN)/python tests/bench_frontier.py

clean:
	rm -rf $(VENV) demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Old versions of pip misread an extra of trafilatura's dependencies, so pip is upgraded first.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "cundang needs Python 3.11 or newer; name one: make PYTHON=python3.12 demo" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "cannot make $(VENV): on Debian and Ubuntu, apt install python3-venv" >&2; rm -rf $(VENV); exit 2; }
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/.product: $(VENV)/bin/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[web]'
	touch $@

$(VENV)/.develop: $(VENV)/bin/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,web]'
	touch $@

$(VENV)/.quality: $(VENV)/.develop
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,web,quality]'
	touch $@

MINUTES ?= 15
soak: $(VENV)/.develop
	$(BIN)/python tests/soak.py --minutes $(MINUTES)
