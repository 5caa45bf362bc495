"""The shared library: found, loaded, and its functions declared.

It is looked for in this order: the file named by the environment variable LIBFOURIER;
libfourier.so.* in the folder of this package; the build tree; the system.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import glob
import os

from ._signatures import SIGNATURES


def _load() -> ctypes.CDLL:
    """The shared library with its signatures set."""
    here = os.path.dirname(os.path.abspath(__file__))
    places: list[str | None]
    chosen = os.environ.get("LIBFOURIER")
    if chosen:
        places = [chosen]
    else:
        places = [
            *sorted(glob.glob(os.path.join(glob.escape(here), "libfourier*.[sd][oy]*"))),
            os.path.join(here, "..", "..", "build", "lib", "libfourier.so"),
            ctypes.util.find_library("fourier"),
            "libfourier.so",
        ]
    tried = []
    for place in filter(None, places):
        try:
            return _declare(ctypes.CDLL(place), place)
        except OSError as error:
            tried.append(f"  {place}: {error}")
    raise ImportError(
        "the shared library libfourier was not found; the environment variable LIBFOURIER may "
        "name its file. Looked at:\n" + "\n".join(tried)
    )


def _declare(library: ctypes.CDLL, place: str) -> ctypes.CDLL:
    for name, (result, arguments) in SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(
                f"{place} has no function {name}: it is another library, or another "
                f"version than {os.path.dirname(__file__)}"
            ) from None
        function.restype, function.argtypes = result, arguments
    return library


library = _load()
