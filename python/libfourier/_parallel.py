"""Version of the library, and the number of threads of its calls."""

from ._arguments import whole
from ._library import library
from ._options import MAX_THREADS


def version():
    """Version of the shared library, as "MAJOR.MINOR.PATCH"."""
    return library.fourier_version().decode()


def set_num_threads(threads):
    """Sets the number of threads of the calls of this process that do not set their own.

    Parameters
    ----------
    threads : int
        1 to 1024; 0 = automatic: the environment variable FOURIER_NUM_THREADS, or the processors
        that this process may use.
    """
    library.fourier_set_num_threads(whole("threads", threads, 0, MAX_THREADS))


def get_num_threads():
    """The number of threads that a call without its own setting uses."""
    return library.fourier_get_num_threads()
