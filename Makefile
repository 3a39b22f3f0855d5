# make map        install and draw the maps of examples/ into maps/
# make test       install what the tests need and run all checks
# make benchmark  the heavy and long checks (docs/benchmarks.md)
# make gallery    draw everything in maps/ again
# make screenshots  draw them, and take the pictures of the map that docs/ shows
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SOURCES := pyproject.toml $(wildcard gazetteer/*.* gazetteer/*/*.* geomap/gazetteer/*.py)

.PHONY: map test benchmark gallery screenshots clean

map: $(VENV)/installed
	mkdir -p maps
	$(BIN)/geomap map examples -o maps/examples.html --geojson maps/examples.geojson
	$(BIN)/geomap brief examples --region "Donetsk Oblast" --no-picture -o maps/examples-briefing.html

# The year lies in the future so that nobody takes it for news; geomap warns of that in each of its
# reports, which are shown only when the map cannot be drawn.
gallery: map
	$(BIN)/python -m gallery.year build/gallery
	$(BIN)/geomap map build/gallery/reports.jsonl --front build/gallery/lines.geojson \
	  --title "A year of made-up reports (an exercise)" -o maps/year.html \
	  2> build/gallery/warnings.txt || { tail -n 5 build/gallery/warnings.txt; exit 1; }
	$(BIN)/geomap brief build/gallery/reports.jsonl --front build/gallery/lines.geojson \
	  --region "Poltava Oblast" --until 2031-06-30 --period week -o maps/year-briefing.html \
	  2> build/gallery/warnings.txt || { tail -n 5 build/gallery/warnings.txt; exit 1; }

screenshots: gallery $(VENV)/installed-dev
	$(BIN)/python tests/install_chromium.py
	$(BIN)/python -m gallery.screenshots maps docs

# The gazetteer is compiled while geomap is installed, so its sources count too. An older pip is
# replaced first: it may not know editable installs by pyproject.toml. (pip's --no-compile saves 20 s
# here, and costs each start a second and 60 MB where PYTHONDONTWRITEBYTECODE is set.)
$(VENV)/installed: $(SOURCES)
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("geomap needs Python 3.11 or newer; set PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

test: $(VENV)/installed-dev
	$(BIN)/python tests/install_chromium.py
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist worksteal -q --doctest-modules geomap tests

benchmark: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist geomap/gazetteer/data
