"""Builds the Python package with the shared library inside, which cargo compiles.

setuptools alone, and not maturin or setuptools-rust: the package reaches the library through
ctypes, so that a wheel fits every Python 3, and neither cffi nor an extension module is needed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


def version():
    """That of Cargo.toml, the only place where it is written."""
    return re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.M)[1]


def compiled_library():
    """The shared library, compiled where cargo puts it."""
    cargo = os.environ.get("CARGO", "cargo")
    command = [cargo, "build", "--release", "--locked", "--lib"]
    try:
        built = subprocess.run(
            [*command, "--message-format=json-render-diagnostics"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
    except FileNotFoundError:
        sys.exit(f"{cargo} was not found: libfourier is compiled with Rust, see https://rustup.rs")
    except subprocess.CalledProcessError:
        sys.exit("cargo could not compile libfourier")
    for message in map(json.loads, built.stdout.splitlines()):
        if message["reason"] == "compiler-artifact" and "cdylib" in message["target"]["kind"]:
            for name in message["filenames"]:
                if name.endswith((".so", ".dylib", ".dll")):
                    return Path(name)
    sys.exit("cargo compiled no shared library")


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        # Who installs editable finds the library of the build tree, which `make` builds.
        if self.editable_mode:
            return
        library = compiled_library()
        name = library.name
        if library.suffix == ".so":
            name += "." + version().split(".")[0]
        inside = Path(self.build_lib, "libfourier", name)
        shutil.copyfile(library, inside)
        if sys.platform == "linux" and shutil.which("strip"):
            subprocess.run(["strip", "--strip-unneeded", inside], check=True)


class PlatformWheel(bdist_wheel):
    """One wheel for every Python 3 of a platform."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return True


# build/lib and the like are make's.
build = Path(os.environ.get("FOURIER_BUILD", ROOT / "build"), "wheel")
(build / "egg").mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    distclass=PlatformDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={
        "build": {"build_base": str(build / "tree")},
        "egg_info": {"egg_base": str(build / "egg")},
    },
)
