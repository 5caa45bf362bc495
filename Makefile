# libfourier
#
#   make            the library in build/lib and the header in include/
#   make demo       the power spectrum of a star, six ways, and its picture
#   make demo-fits  a CCD frame before and after the median filter
#   make test       every test
#   make examples   the C and Fortran examples, in build/bin
#   make bench      beside other people's libraries
#   make install PREFIX=/usr/local DESTDIR= LIBDIR=... FORTRAN=no      make uninstall
#   make setup      installs what demo, test and examples need and this machine lacks
#   make header     writes include/fourier.h anew        make clean

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DESTDIR ?=

CARGO  ?= cargo
RUSTC  ?= rustc
PYTHON ?= python3
ifeq ($(origin FC),default)
FC := gfortran
endif
CFLAGS ?= -O2
FFLAGS ?= -O2
C_FLAGS := -std=c11 -Wall -Wextra -Werror -Iinclude $(CFLAGS)
F_FLAGS := -std=f2018 -Wall -Wextra -Werror $(FFLAGS)
LEGACY_FLAGS := -std=legacy $(FFLAGS)
# Programs find the library where they were built, wherever build/ is moved to.
LINK = -L$(LIB) -lfourier '-Wl,-rpath,$$ORIGIN/../../lib'

VERSION := $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' Cargo.toml | head -n 1)
MAJOR   := $(firstword $(subst ., ,$(VERSION)))
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release
LIB     := build/lib
SHARED  := $(LIB)/libfourier.so.$(VERSION)
STATIC  := $(LIB)/libfourier.a
RUST_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock build.rs

.DELETE_ON_ERROR:
.PHONY: all examples fortran python demo demo-fits test bench bench-median setup header install uninstall clean

all: $(SHARED) $(STATIC) $(LIB)/.native-libs

# --- the library -----------------------------------------------------------------------------

# cargo decides what to compile; both libraries come from one run. A program that has the old one
# mapped keeps it: the new one is moved into its place.
$(LIB)/.built: $(RUST_SOURCES)
	$(CARGO) build --release --locked
	@mkdir -p $(LIB)
	cp $(RELEASE)/libfourier.so $(SHARED).new && mv $(SHARED).new $(SHARED)
	cp $(RELEASE)/libfourier.a $(STATIC).new && mv $(STATIC).new $(STATIC)
	ln -sf libfourier.so.$(VERSION) $(LIB)/libfourier.so.$(MAJOR)
	ln -sf libfourier.so.$(MAJOR) $(LIB)/libfourier.so
	@touch $@

$(SHARED) $(STATIC): $(LIB)/.built ;

# What a program that takes the static library needs beside it.
$(LIB)/.native-libs: | $(SHARED)
	: | $(RUSTC) --crate-type staticlib --print native-static-libs - -o $(LIB)/.empty.a 2>&1 \
	    | sed -n 's/^note: native-static-libs: //p' >$@
	@rm -f $(LIB)/.empty.a

header:
	FOURIER_UPDATE_HEADER=1 $(CARGO) test --locked --test header committed

# --- what the machine needs ------------------------------------------------------------------

# NEEDS names some of the table in tools/setup.sh; all when empty.
setup:
	@PYTHON=$(PYTHON) tools/setup.sh $(NEEDS)

# A private Python environment with pinned packages.
VENV := build/venv/bin/python
build/venv/.ready: python/requirements.txt | setup
	rm -rf build/venv
	$(PYTHON) -m venv build/venv
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# --- examples --------------------------------------------------------------------------------

C_EXAMPLES := $(patsubst c_examples/%.c,build/bin/c/%,$(wildcard c_examples/*.c))
FORTRAN_EXAMPLES := $(patsubst fortran/examples/%.f90,build/bin/fortran/%,$(wildcard fortran/examples/*.f90)) \
                    $(patsubst fortran/examples/%.f,build/bin/fortran/%,$(wildcard fortran/examples/*.f))
# In the order of their use: the status module first, the module libfourier last.
FORTRAN_MODULES := $(wildcard fortran/libfourier_status.f90) \
    $(filter-out %_status.f90 %/libfourier.f90,$(sort $(wildcard fortran/*.f90))) \
    $(wildcard fortran/libfourier.f90)
FORTRAN_LIBRARY := $(LIB)/libfourier_fortran.a

examples: $(C_EXAMPLES) $(FORTRAN_EXAMPLES)

build/bin/c/%: c_examples/%.c include/fourier.h $(SHARED) | setup
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(filter %.c,$^) -o $@ $(LINK) $(EXTRA) -lm

# build/bin/c/NAME: EXTRA = flags of an example that needs more
SMOOTH_FITS := $(wildcard c_examples/smooth_fits/*.c)
build/bin/c/smooth_fits: EXTRA = $$(pkg-config --cflags --libs cfitsio)
build/bin/c/smooth_fits: $(SMOOTH_FITS) $(wildcard c_examples/smooth_fits/*.h)

fortran: $(if $(FORTRAN_MODULES),$(FORTRAN_LIBRARY))

# The modules' object code, in an archive beside the library; .mod files in build/fortran.
$(FORTRAN_LIBRARY): $(FORTRAN_MODULES) | setup
	@mkdir -p build/fortran $(LIB)
	cd build/fortran && $(FC) $(F_FLAGS) -fPIC -c $(addprefix ../../,$(FORTRAN_MODULES))
	rm -f $@ && ar rcs $@ $(patsubst fortran/%.f90,build/fortran/%.o,$(FORTRAN_MODULES))

build/bin/fortran/%: fortran/examples/%.f90 $(FORTRAN_LIBRARY) $(SHARED) | setup
	@mkdir -p $(@D)
	$(FC) $(F_FLAGS) -Ibuild/fortran -J$(@D) $< -o $@ $(FORTRAN_LIBRARY) $(LINK) $(EXTRA)

build/bin/fortran/smooth_image: EXTRA = $$(pkg-config --libs cfitsio)

build/bin/fortran/%: fortran/examples/%.f $(SHARED) | setup
	@mkdir -p $(@D)
	$(FC) $(LEGACY_FLAGS) $< -o $@ $(LINK)

# --- Python ----------------------------------------------------------------------------------

# The modules ffourier and cfourier, in build/python; python/libfourier needs no compiling.
PYTHON_MODULES := $(patsubst python/%.pyf,build/python/.%,$(wildcard python/*.pyf))

python: $(PYTHON_MODULES)

build/python/.%: python/%.pyf tools/f2py.sh build/venv/.ready | $(SHARED) setup
	PYTHON=$(VENV) tools/f2py.sh $< $(@D)
	@touch $@

# --- the demo --------------------------------------------------------------------------------

demo: all examples python | setup
	$(VENV) demo/demo.py build/demo

FRAME := saao_ccd_a8280271.fits

# A real CCD frame before and after the median filter, in build/demo.
demo-fits: build/bin/c/smooth_fits build/bin/c/plot build/venv/.ready
	@mkdir -p build/demo
	build/bin/c/smooth_fits -s 5 -o build/demo data/$(FRAME)
	$(VENV) demo/before_after.py data/$(FRAME) build/demo/$(FRAME) build/demo/before_after.png

# --- tests -----------------------------------------------------------------------------------

test: all examples fortran python
	CARGO="$(CARGO)" tools/test.sh

# --- benchmarks ------------------------------------------------------------------------------

# Beside what users would pick instead: tables and pictures in build/bench.
# BENCH_FLAGS=--quick makes it a matter of minutes.
.PHONY: bench-process bench-median bench-peers
bench: bench-process bench-median bench-peers

build/venv/.bench: benches/requirements.txt build/venv/.ready
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

build/bin/bench/%: benches/%.c include/fourier.h $(SHARED) | setup
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $< -o $@ $(LINK) -lm

bench-process: build/bin/bench/process
	$<

bench-median: all build/bin/c/smooth_fits build/venv/.bench
	$(VENV) benches/median.py $(BENCH_FLAGS)

build/bench/liblegacy_loop.so: benches/legacy_loop.f90 | setup
	@mkdir -p $(@D)
	$(FC) $(F_FLAGS) -O3 -march=native -fPIC -shared $< -o $@

bench-peers: all build/venv/.bench build/bench/liblegacy_loop.so
	$(VENV) benches/peers.py $(BENCH_FLAGS)

# --- installation ----------------------------------------------------------------------------

# Where it will be, as programs see it, and where it is put.
LIBRARIES := $(DESTDIR)$(abspath $(LIBDIR))
HEADERS := $(DESTDIR)$(abspath $(INCLUDEDIR))
SHARE := $(DESTDIR)$(abspath $(PREFIX))/share/fourier
FORTRAN ?= yes
ifneq ($(FORTRAN),no)
INSTALLED_FORTRAN := $(if $(FORTRAN_MODULES),$(FORTRAN_LIBRARY))
endif

install: NEEDS = gfortran
install: all $(INSTALLED_FORTRAN)
	install -d $(LIBRARIES)/pkgconfig $(HEADERS) $(SHARE)
	install -m 644 include/fourier.h $(HEADERS)
	install -m 755 $(SHARED) $(LIBRARIES)
	install -m 644 $(STATIC) $(INSTALLED_FORTRAN) $(LIBRARIES)
	ln -sf libfourier.so.$(VERSION) $(LIBRARIES)/libfourier.so.$(MAJOR)
	ln -sf libfourier.so.$(MAJOR) $(LIBRARIES)/libfourier.so
ifneq ($(INSTALLED_FORTRAN),)
	install -d $(HEADERS)/fourier $(SHARE)/fortran
	install -m 644 $(FORTRAN_MODULES:fortran/%.f90=build/fortran/%.mod) $(HEADERS)/fourier
	install -m 644 $(FORTRAN_MODULES) $(SHARE)/fortran
endif
	install -d $(SHARE)/python/libfourier
	install -m 644 $(wildcard python/*.pyf) $(SHARE)/python
	install -m 644 $(wildcard python/libfourier/*.py) $(SHARE)/python/libfourier
	ln -sf $(abspath $(LIBDIR))/libfourier.so.$(MAJOR) $(SHARE)/python/libfourier
	sed -e 's|@PREFIX@|$(abspath $(PREFIX))|; s|@LIBDIR@|$(abspath $(LIBDIR))|' \
	    -e 's|@INCLUDEDIR@|$(abspath $(INCLUDEDIR))|; s|@VERSION@|$(VERSION)|; s|@FC@|$(FC)|' \
	    -e 's|@FORTRAN_LIBS@|$(if $(INSTALLED_FORTRAN),-lfourier_fortran )|' \
	    -e "s|@NATIVE_LIBS@|$$(cat $(LIB)/.native-libs)|" tools/fourier.pc.in \
	    >$(LIBRARIES)/pkgconfig/fourier.pc

uninstall:
	rm -f $(LIBRARIES)/libfourier.so $(LIBRARIES)/libfourier.so.$(MAJOR) $(LIBRARIES)/libfourier.so.$(VERSION)
	rm -f $(LIBRARIES)/libfourier.a $(LIBRARIES)/libfourier_fortran.a $(LIBRARIES)/pkgconfig/fourier.pc
	rm -f $(HEADERS)/fourier.h
	rm -rf $(HEADERS)/fourier $(SHARE)

clean:
	rm -rf build
	$(CARGO) clean
