# make demo    run the main job on the practice web: about a minute after the installation
# make test    everything that CI runs: check, then the tests
# make check   ruff (all rules), mypy --strict, and the gate on the length and complexity of functions
# make patterns  how long new or changed patterns may take on a hostile page: judged and stored; needs Debian's npm
# make ablation  each rule and stage of the cleaner off, alone, over all pages at hand: what changes; about an hour
# make killpoints   kill -9 at every write, fsync and commit of a crawl: what is lost, what comes twice, what does not heal
# make damage  each file of an archive flipped, cut and gone x each command: what is lost, who tells, what heals
# make soak MINUTES=15   a crawl of generated pages with faults: memory, open files, captures against the server's log
# make faults  what the web, the disk and the power do to an archive, row by row: what was provoked, what came of it;
#              with CI=1 it fails where a tool is missing: Debian's npm, chromium, openssl, libgnutls30
# make scrapy-next  our habits of Scrapy, tried with its newest release or pre-release
# make wire    odd answers of servers, read by Chromium, curl and the crawler: who reads which whole; two minutes
# make browser lists that a script makes, shown by a real Chromium; needs Debian's package chromium
# make web     the page of cundang serve in a real Chromium: views, accessibility, a hostile page; needs chromium and npm
# make fuzz    mutated pages through the cleaner, ten minutes
# make quality  cleaned texts against what stands on the pages, and against other cleaners; fails below its floors
# make readers exports read by datasets, datatrove and mlcroissant, in an environment of their own
# make scrapyd the checkout deployed to a real scrapyd on loopback, and a crawl started there
# make scheduled  a daemon crawls three practice sites for three minutes; WEEKS=10 in a simulated clock
# make cluster  two Dask workers against one, twenty kills of workers and coordinators: the shards of one machine; twenty minutes
# make year   a year of crawls on paper, 300 sites on one machine and 10^8 pages on twenty; five visits beside real ones
# make sites300  300 generated sites in one command: memory, articles, politeness, pages a second; fifteen minutes
# make buckets  an archive in a bucket of moto, a server that speaks S3, in an environment of its own
# make reclean    10,000 captures made again after a change of rules: foretold, killed twenty times, timed; half an hour
# make manners 24 manners of small sites that no link tells of, from a fresh seed: whole, or told; twenty minutes
# make recall  twelve families of sites from fresh seeds, and a million addresses: forty minutes
# make weigh  what an installation weighs, part by part
# make start  the CPU that commands take to start, as ratios to `scrapy version`
# make bench   figures, as ratios within one run; wget is compared where it is installed; then pages that mean harm

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STRANGERS := build/strangers

.DELETE_ON_ERROR:
.PHONY: year sites300 demo test check patterns ablation recall manners bench clean faults killpoints damage soak quality readers scrapyd cluster buckets scheduled reclean fuzz browser web wire start weigh scrapy-next

demo: $(VENV)/.product
	$(BIN)/cundang demo

test: check
	$(BIN)/python -m pytest -n 2 --dist loadfile

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

# Tools that read our files and that we did not write, in environments of their own. npm's warcio wants no other package
# of ReplayWeb.page, so that is only unpacked.
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

# The bound on Scrapy's version is left aside; its private names are looked for at the start (crawler/wire/handler.py).
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

# Scrapyd names eggs by time, so what cundang says of its own version comes from the installed one, the code from the egg.
build/scrapyd/.made: pyproject.toml
	$(PYTHON) -m venv build/scrapyd
	build/scrapyd/bin/pip install --quiet --upgrade pip
	build/scrapyd/bin/pip install --quiet --constraint constraints.txt .
	build/scrapyd/bin/pip install --quiet 'scrapyd>=1.6,<2' 'scrapyd-client>=2,<3' 'setuptools>=77,<81'
	touch $@

buckets: $(VENV)/.develop $(STRANGERS)/moto/.made
	CUNDANG_STRANGERS=$(STRANGERS) $(BIN)/python -m pytest tests/warc/test_away.py tests/crawler/test_lease.py tests/export/test_bucket.py

# Its libraries do not go with ours.
$(STRANGERS)/moto/.made:
	$(PYTHON) -m venv $(STRANGERS)/moto
	$(STRANGERS)/moto/bin/pip install --quiet 'moto[server]>=5.2,<6'
	touch $@

year: $(VENV)/.develop
	$(BIN)/python trials/year.py
	$(BIN)/python trials/year.py --real

cluster: $(VENV)/.develop
	$(BIN)/python tests/cluster.py

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

# Old pips misread an extra of trafilatura's dependencies, so pip itself is made new first.
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
