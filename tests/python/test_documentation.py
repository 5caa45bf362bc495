"""Every public name has a docstring in numpydoc form, and the examples in it run."""

import doctest
import importlib
import inspect
import pkgutil
import unittest

import numpydoc.validate

import libfourier

# Not asked for: what a short description says already, and examples and See Also of everything.
NOT_ASKED_FOR = {"ES01", "EX01", "SA01"}
MODULES = [
    importlib.import_module("libfourier." + module.name)
    for module in pkgutil.iter_modules(libfourier.__path__)
]


def public():
    """Every public name of the package, and the public methods of its classes."""
    for name in libfourier.__all__:
        value = getattr(libfourier, name)
        if inspect.isfunction(value):
            yield f"libfourier.{name}"
        elif inspect.isclass(value) and not issubclass(value, (Exception, int)):
            yield f"libfourier.{name}"
            for member, method in vars(value).items():
                if not member.startswith("_") and (callable(method) or isinstance(method, property)):
                    yield f"libfourier.{name}.{member}"


class Docstrings(unittest.TestCase):
    def test_they_are_what_numpydoc_asks_for(self):
        names = list(public())
        self.assertGreater(len(names), 20)
        for name in [*names, "ffourier.fourier", "cfourier.fourier"]:
            with self.subTest(name):
                found = numpydoc.validate.validate(name)["errors"]
                self.assertEqual([e for e in found if e[0] not in NOT_ASKED_FOR], [])

    def test_everything_has_one(self):
        for name in libfourier.__all__:
            if not name.startswith("__"):
                self.assertTrue(inspect.getdoc(getattr(libfourier, name)), name)

    def test_their_examples_run(self):
        attempted = 0
        for module in [libfourier, *MODULES]:
            flags = doctest.NORMALIZE_WHITESPACE
            result = doctest.testmod(module, optionflags=flags)
            self.assertEqual(result.failed, 0, module.__name__)
            attempted += result.attempted
        self.assertGreater(attempted, 20)


if __name__ == "__main__":
    unittest.main()
