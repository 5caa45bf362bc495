# libfourier
#
#   make            the library in build/lib, the Fortran module, the header in include/
#   make demo       the power spectrum of a star, six ways, and its picture
#   make demo-fits  a CCD frame before and after the median filter
#   make test       every test
#   make examples   the C and Fortran examples, in build/bin
#   make python     the f2py modules ffourier and cfourier, in build/python
#   make wheel      a Python wheel with the library inside, in build/wheel
#   make bench      beside other people's libraries
#   make install PREFIX=/usr/local LIBDIR=lib INCLUDEDIR=include DESTDIR=      make uninstall
#   make deb        Debian packages, in build/deb
#   make setup      installs what demo, test and examples need and this machine lacks
#   make header     writes include/fourier.h anew        make clean
#
# FORTRAN=no leaves Fortran out. BUILD=FOLDER builds there, and writes nothing beside this file.
# CC, CFLAGS, FC, FFLAGS, cargo's variables and its configuration are honoured. WERROR=yes makes
# warnings errors, as in CI. Only setup, demo, test and bench install packages, where they may.

# --- where -----------------------------------------------------------------------------------

# make -f .../Makefile in another folder is the same as make here, with paths relative to there.
quote = '$(subst ','\'',$(1))'
ROOT := $(shell cd "$$(dirname $(call quote,$(strip $(MAKEFILE_LIST))))" && pwd -P)

ifneq ($(ROOT),$(shell pwd -P))
HERE := $(shell pwd)
absolute = $(if $(filter /%,$(firstword $($(1)))),$($(1)),$(HERE)/$($(1)))
FORWARDED := $(foreach path,BUILD PREFIX DESTDIR,$(if $($(path)),$(path)=$(call quote,$(call absolute,$(path)))))
.PHONY: elsewhere $(MAKECMDGOALS)
$(or $(MAKECMDGOALS),all): elsewhere ;
elsewhere:
	@$(MAKE) --no-print-directory -C $(call quote,$(ROOT)) $(FORWARDED) $(MAKECMDGOALS)
else

BUILD ?= build
ifneq ($(words $(BUILD)),1)
$(error BUILD is '$(BUILD)', but make cannot build in a folder with blanks in its path)
endif
# What tests and tools are told.
export FOURIER_BUILD := $(abspath $(BUILD))
ifneq ($(BUILD),build)
# cargo must not write beside this file, either.
CARGO_TARGET_DIR ?= $(FOURIER_BUILD)/cargo
export CARGO_TARGET_DIR
export LIBFOURIER ?= $(FOURIER_BUILD)/lib/libfourier.so
endif

# --- with what -------------------------------------------------------------------------------

CARGO  ?= cargo
RUSTC  ?= rustc
PYTHON ?= python3
ifeq ($(origin FC),default)
FC := gfortran
endif
CFLAGS ?= -O2
FFLAGS ?= -O2
WERROR ?= $(if $(CI),yes,no)
FATAL := $(if $(filter yes,$(WERROR)),-Werror)
C_FLAGS := -std=c11 -Wall -Wextra $(FATAL) -Iinclude $(CFLAGS)
# Other Fortran compilers have other names for these.
GFORTRAN := $(findstring gfortran,$(FC))
F_FLAGS := $(if $(GFORTRAN),-std=f2018 -Wall -Wextra $(FATAL)) $(FFLAGS)
LEGACY_FLAGS := $(if $(GFORTRAN),-std=legacy) $(FFLAGS)

VERSION := $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' Cargo.toml | head -n 1)
MAJOR   := $(firstword $(subst ., ,$(VERSION)))
LIB     := $(BUILD)/lib
STATIC  := $(LIB)/libfourier.a
# The file, the name that programs ask for at run time, and the one that -lfourier finds.
ifeq ($(shell uname -s),Darwin)
SHARED_FILE := libfourier.$(VERSION).dylib
SHARED_MAJOR := libfourier.$(MAJOR).dylib
SHARED_NAME := libfourier.dylib
ORIGIN := @loader_path
else
SHARED_FILE := libfourier.so.$(VERSION)
SHARED_MAJOR := libfourier.so.$(MAJOR)
SHARED_NAME := libfourier.so
ORIGIN := $$ORIGIN
endif
SHARED := $(LIB)/$(SHARED_FILE)
# Programs find the library where they were built, wherever the build folder is moved to.
LINK = -L$(LIB) -lfourier '-Wl,-rpath,$(ORIGIN)/../../lib'

GOALS := $(or $(MAKECMDGOALS),all)
# An installation, mostly by another user with another environment, takes what was built as it is.
INSTALLS := $(if $(filter-out install uninstall,$(GOALS)),,yes)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all examples fortran python wheel demo demo-fits test test-programs bench bench-median \
    bench-peers bench-process setup needs header install uninstall deb clean FORCE
FORCE:

ifneq ($(FORTRAN),no)
all: fortran
endif
all: $(SHARED) $(STATIC) $(LIB)/.native-libs

# --- what the machine needs ------------------------------------------------------------------

# Names of the table in tools/setup.sh, for each target what it uses itself.
FORTRAN_NEEDS := $(if $(filter no,$(FORTRAN)),,gfortran)
PYTHON_NEEDS := python3 python3-venv python3-headers
NEEDS_all := cargo cc $(FORTRAN_NEEDS)
NEEDS_install := $(NEEDS_all)
NEEDS_fortran := cargo cc gfortran
NEEDS_header := cargo cc
NEEDS_examples := cargo cc gfortran pkg-config cfitsio
NEEDS_python := cargo cc $(PYTHON_NEEDS)
NEEDS_wheel := cargo cc $(PYTHON_NEEDS)
NEEDS_demo := $(NEEDS_examples) $(PYTHON_NEEDS) gnuplot
NEEDS_demo-fits := cargo cc pkg-config cfitsio gnuplot $(PYTHON_NEEDS)
NEEDS_test := cargo cc
NEEDS_bench := $(NEEDS_examples) $(PYTHON_NEEDS)
NEEDS_bench-median := $(NEEDS_bench)
NEEDS_bench-peers := $(NEEDS_bench)
NEEDS_bench-process := cargo cc
NEEDS_deb := $(NEEDS_all) dpkg-dev
NEEDS := $(sort $(foreach goal,$(GOALS),$(NEEDS_$(goal))))

# Every other target only says what is missing.
MAY_INSTALL := $(filter setup demo demo-fits test test-programs bench bench-%,$(GOALS))
SETUP := PYTHON=$(call quote,$(PYTHON)) CARGO=$(call quote,$(CARGO)) CC=$(call quote,$(CC)) \
    FC=$(call quote,$(FC)) tools/setup.sh

setup:
	@$(SETUP)

# First of all, so that nothing is found missing after a minute of compiling.
needs:
	@$(if $(NEEDS),$(if $(and $(INSTALLS),$(wildcard $(LIB)/.built)),:,$(SETUP) \
	    $(if $(MAY_INSTALL),,--check) $(NEEDS)))

# A private Python environment with pinned packages.
VENV := $(BUILD)/venv/bin/python
$(BUILD)/venv/.ready: python/requirements.txt | needs
	rm -rf $(BUILD)/venv
	$(PYTHON) -m venv $(BUILD)/venv
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# --- the library -----------------------------------------------------------------------------

# Files that change only when their text does: what is made with other flags than before is made
# anew.
$(BUILD)/.flags/%: $(if $(INSTALLS),,FORCE) | needs
	@mkdir -p $(@D)
	@printf '%s\n' $(call quote,$(FLAGS)) | cmp -s - $@ || printf '%s\n' $(call quote,$(FLAGS)) >$@
$(BUILD)/.flags/c: FLAGS = $(CC) $(C_FLAGS)
$(BUILD)/.flags/fortran: FLAGS = $(FC) $(F_FLAGS)

# cargo decides what to compile, and says where its configuration had it put. Both libraries come
# from one run. A program that has the old one mapped keeps it: the new one is moved into its place.
RUST_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock build.rs
$(LIB)/.built: $(RUST_SOURCES) tools/slim_archive.sh $(if $(INSTALLS),,FORCE) | needs
	@mkdir -p $(LIB)
	$(CARGO) build --release --locked --message-format json-render-diagnostics >$(LIB)/.cargo
	@update() { cmp -s "$$1" $$2 || { cp "$$1" $$2.new && mv $$2.new $$2; }; }; \
	built() { sed -n 's|.*"\([^"]*/'$$1'\)".*|\1|p' $(LIB)/.cargo; }; \
	update "$$(built $(SHARED_NAME))" $(SHARED) && update "$$(built libfourier.a)" $(LIB)/.whole.a
	@ln -sf $(SHARED_FILE) $(LIB)/$(SHARED_MAJOR) && ln -sf $(SHARED_MAJOR) $(LIB)/$(SHARED_NAME)
	@touch $@

$(SHARED) $(LIB)/.whole.a: $(LIB)/.built ;

$(STATIC): $(LIB)/.whole.a tools/slim_archive.sh
	tools/slim_archive.sh $(LIB)/.whole.a $(SHARED) $@

# What a program that takes the static library needs beside it.
$(LIB)/.native-libs: tools/native_libs.sh $(LIB)/.whole.a
	RUSTC=$(call quote,$(RUSTC)) tools/native_libs.sh >$@

header: | needs
	FOURIER_UPDATE_HEADER=1 $(CARGO) test --locked --test header committed
	FOURIER_UPDATE_HEADER=1 $(CARGO) test --locked --test abi committed

# The modules' object code, in an archive beside the library; .mod files in build/fortran.
FORTRAN_MODULES := $(wildcard fortran/*.f90)
FORTRAN_LIBRARY := $(LIB)/libfourier_fortran.a

fortran: $(FORTRAN_LIBRARY)

$(FORTRAN_LIBRARY): $(FORTRAN_MODULES) tools/fortran.sh $(BUILD)/.flags/fortran | needs
	@mkdir -p $(LIB)
	FC=$(call quote,$(FC)) FFLAGS=$(call quote,$(F_FLAGS) -fPIC) \
	    tools/fortran.sh $(BUILD)/fortran $@ fortran

# --- examples --------------------------------------------------------------------------------

C_EXAMPLES := $(patsubst c_examples/%.c,$(BUILD)/bin/c/%,$(wildcard c_examples/*.c))
FORTRAN_EXAMPLES := \
    $(patsubst fortran/examples/%.f90,$(BUILD)/bin/fortran/%,$(wildcard fortran/examples/*.f90)) \
    $(patsubst fortran/examples/%.f,$(BUILD)/bin/fortran/%,$(wildcard fortran/examples/*.f))

examples: $(C_EXAMPLES) $(if $(filter no,$(FORTRAN)),,$(FORTRAN_EXAMPLES))

$(BUILD)/bin/c/%: c_examples/%.c include/fourier.h $(BUILD)/.flags/c $(SHARED) | needs
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(filter %.c,$^) -o $@ $(LINK) $(EXTRA) -lm

# $(BUILD)/bin/c/NAME: EXTRA = flags of an example that needs more
SMOOTH_FITS := $(wildcard c_examples/smooth_fits/*.c)
$(BUILD)/bin/c/smooth_fits: EXTRA = $$(pkg-config --cflags --libs cfitsio)
$(BUILD)/bin/c/smooth_fits: $(SMOOTH_FITS) $(wildcard c_examples/smooth_fits/*.h)

$(BUILD)/bin/fortran/%: fortran/examples/%.f90 $(FORTRAN_LIBRARY) $(SHARED) | needs
	@mkdir -p $(@D)
	$(FC) $(F_FLAGS) -I$(BUILD)/fortran -J$(@D) $< -o $@ $(FORTRAN_LIBRARY) $(LINK) $(EXTRA)

$(BUILD)/bin/fortran/smooth_image: EXTRA = $$(pkg-config --libs cfitsio)

$(BUILD)/bin/fortran/%: fortran/examples/%.f $(BUILD)/.flags/fortran $(SHARED) | needs
	@mkdir -p $(@D)
	$(FC) $(LEGACY_FLAGS) $< -o $@ $(LINK)

# --- Python ----------------------------------------------------------------------------------

# The modules ffourier and cfourier, in build/python; python/libfourier needs no compiling.
PYTHON_MODULES := $(patsubst python/%.pyf,$(BUILD)/python/.%,$(wildcard python/*.pyf))

python: $(PYTHON_MODULES)

$(BUILD)/python/.%: python/%.pyf tools/f2py.sh $(BUILD)/.flags/c $(BUILD)/venv/.ready | $(SHARED) needs
	PYTHON=$(VENV) tools/f2py.sh $< $(@D)
	@touch $@

# What the tests and a wheel need beside.
$(BUILD)/venv/.test: tests/python/requirements.txt $(BUILD)/venv/.ready
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# A wheel for every Python 3 on this platform and newer ones, with the library inside, in build/wheel.
wheel: $(BUILD)/venv/.test | needs
	rm -rf $(BUILD)/wheel
	CARGO=$(call quote,$(CARGO)) $(VENV) -m pip wheel --quiet --no-deps --no-build-isolation \
	    --disable-pip-version-check --wheel-dir $(BUILD)/wheel/plain .
	PATH=$(call quote,$(dir $(VENV))):$$PATH $(VENV) -m auditwheel repair --wheel-dir $(BUILD)/wheel \
	    $(BUILD)/wheel/plain/*.whl

# --- the demo --------------------------------------------------------------------------------

demo: all examples python | needs
	$(VENV) demo/demo.py $(BUILD)/demo

FRAME := saao_ccd_a8280271.fits

# A real CCD frame before and after the median filter, in build/demo.
demo-fits: $(BUILD)/bin/c/smooth_fits $(BUILD)/bin/c/plot $(BUILD)/venv/.ready
	@mkdir -p $(BUILD)/demo
	$(BUILD)/bin/c/smooth_fits -s 5 -o $(BUILD)/demo data/$(FRAME)
	$(VENV) demo/before_after.py data/$(FRAME) $(BUILD)/demo/$(FRAME) $(BUILD)/demo/before_after.png

# --- tests -----------------------------------------------------------------------------------

# What is missing and may not be installed does not keep the other tests from running: its list is
# in build/.missing, and tools/test.sh names the tests that wanted it.
test: | needs
	@mkdir -p $(BUILD)
	@$(SETUP) --try >$(BUILD)/.missing
	@$(MAKE) --no-print-directory test-programs
	CARGO=$(call quote,$(CARGO)) tools/test.sh

MISSING := $(if $(filter test-programs,$(GOALS)),$(shell cat $(BUILD)/.missing))
lacks = $(filter $(1),$(MISSING))

test-programs: $(SHARED) $(STATIC) $(LIB)/.native-libs
test-programs: $(if $(call lacks,pkg-config cfitsio),$(filter-out %/smooth_fits,$(C_EXAMPLES)),$(C_EXAMPLES))
ifeq ($(call lacks,gfortran),)
test-programs: $(FORTRAN_LIBRARY)
test-programs: $(if $(call lacks,pkg-config cfitsio),$(filter-out %/smooth_image,$(FORTRAN_EXAMPLES)),$(FORTRAN_EXAMPLES))
endif
ifeq ($(call lacks,python3-venv python3-headers),)
test-programs: $(PYTHON_MODULES) $(BUILD)/venv/.test wheel
endif

# --- benchmarks ------------------------------------------------------------------------------

# Beside what users would pick instead: tables and pictures in build/bench.
# BENCH_FLAGS=--quick makes it a matter of minutes.
bench: bench-process bench-median bench-peers

$(BUILD)/venv/.bench: benches/requirements.txt $(BUILD)/venv/.ready
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(BUILD)/bin/bench/%: benches/%.c include/fourier.h $(BUILD)/.flags/c $(SHARED) | needs
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $< -o $@ $(LINK) -lm

bench-process: $(BUILD)/bin/bench/process
	$<

bench-median: all $(BUILD)/bin/c/smooth_fits $(BUILD)/venv/.bench
	$(VENV) benches/median.py $(BENCH_FLAGS)

$(BUILD)/bench/liblegacy_loop.so: benches/legacy_loop.f90 $(BUILD)/.flags/fortran | needs
	@mkdir -p $(@D)
	$(FC) $(F_FLAGS) -O3 -march=native -fPIC -shared $< -o $@

bench-peers: all $(BUILD)/venv/.bench $(BUILD)/bench/liblegacy_loop.so
	$(VENV) benches/peers.py $(BENCH_FLAGS)

# --- installation ----------------------------------------------------------------------------

PREFIX ?= /usr/local
LIBDIR ?= lib
INCLUDEDIR ?= include
install uninstall deb: export PREFIX := $(PREFIX)
install uninstall deb: export LIBDIR := $(LIBDIR)
install uninstall deb: export INCLUDEDIR := $(INCLUDEDIR)
install uninstall deb: export DESTDIR := $(DESTDIR)
install uninstall deb: export FORTRAN := $(FORTRAN)
install uninstall deb: export FC := $(FC)
install uninstall deb: export VERSION := $(VERSION)
install uninstall deb: export SHARED_FILE := $(SHARED_FILE)
install uninstall deb: export SHARED_MAJOR := $(SHARED_MAJOR)
install uninstall deb: export SHARED_NAME := $(SHARED_NAME)

install: all
	@tools/install.sh

# Needs nothing: the installation left a list of its files.
uninstall:
	@tools/uninstall.sh

deb: all
	tools/deb.sh $(BUILD)/deb

clean:
	rm -rf $(BUILD)
	$(if $(shell command -v $(CARGO)),$(CARGO) clean)

endif
