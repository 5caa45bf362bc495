"""The package libfourier finds the shared library, or says where it looked."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import libfourier
from libfourier._library import library

HERE = os.path.dirname(os.path.abspath(libfourier.__file__))
LIBRARY = os.path.realpath(os.path.join(HERE, "..", "..", "build", "lib", "libfourier.so"))


class Loading(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.package = os.path.join(os.path.realpath(self.folder.name), "libfourier")
        shutil.copytree(HERE, self.package, ignore=shutil.ignore_patterns("*.so.*", "__pycache__"))

    def load(self, **environment):
        """Imports the copy in a new process; returns what it wrote, stderr when it failed."""
        environment = {**os.environ, "PYTHONPATH": self.folder.name, **environment}
        code = (
            "import libfourier; from libfourier._library import library\n"
            "print(libfourier.version(), library._name)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    def test_the_file_that_the_environment_names(self):
        code, text = self.load(LIBFOURIER=LIBRARY)
        self.assertEqual((code, text), (0, f"{libfourier.version()} {LIBRARY}\n"))

    def test_the_folder_of_the_package(self):
        beside = os.path.join(self.package, os.path.basename(LIBRARY))
        shutil.copy(LIBRARY, beside)
        code, text = self.load(LIBFOURIER="")
        self.assertEqual(code, 0, text)
        self.assertEqual(os.path.realpath(text.split()[1]), beside)

    def test_the_build_tree(self):
        self.assertTrue(os.path.samefile(library._name, LIBRARY))

    def test_a_missing_library_is_an_import_error_that_says_where_it_looked(self):
        code, text = self.load(LIBFOURIER="/nowhere/libfourier.so")
        self.assertEqual(code, 1)
        for word in ("ImportError", "LIBFOURIER", "/nowhere/libfourier.so"):
            self.assertIn(word, text)

    def test_another_library_is_an_import_error(self):
        code, text = self.load(LIBFOURIER="libm.so.6")
        self.assertEqual(code, 1)
        for word in ("ImportError", "libm.so.6", "no function fourier"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
