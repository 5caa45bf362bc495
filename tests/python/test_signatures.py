"""The table of C signatures is that of include/fourier.h."""

import ctypes
import os
import re
import unittest

from libfourier._signatures import SIGNATURES, Progress, Task

HEADER = os.path.join(os.path.dirname(__file__), "..", "..", "include", "fourier.h")

SCALARS = {
    "int": ctypes.c_int,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "double": ctypes.c_double,
    "size_t": ctypes.c_size_t,
    "fourier_progress": Progress,
    "fourier_task": Task,
    "void": None,
}
# Of language bindings that have no objects with an end.
NOT_USED = re.compile(r"process_(name|named|rename|forget|id_\w+|read_line|run|output_free)|strerror")


def kinds(declaration):
    """What ctypes may call a type of C."""
    words = declaration.replace("*", " * ").split()
    words = [word for word in words if word not in ("const", "struct", "enum")]
    if words[1:] == ["*"] and words[0] == "char":
        return {ctypes.c_char_p, ctypes.c_void_p}
    if "*" in words:
        return {ctypes.c_void_p}
    # What is left are enumerations.
    return {SCALARS.get(words[0], ctypes.c_int)}


class Signatures(unittest.TestCase):
    def test_every_function_has_the_types_of_the_header(self):
        with open(HEADER) as file:
            text = re.sub(r"/\*.*?\*/|#.*?\n", "", file.read(), flags=re.S)
        prototypes = re.findall(r"^([\w* ]+?)(\bfourier\w*)\(([^)]*)\);", text, re.M)
        self.assertGreater(len(prototypes), 50)
        seen = set()
        for result, name, arguments in prototypes:
            if NOT_USED.fullmatch(name.replace("fourier_", "", 1)):
                continue
            with self.subTest(name):
                seen.add(name)
                declared, types = SIGNATURES[name]
                self.assertIn(declared, kinds(result))
                # A name follows each type: void stands for none at all.
                names = [] if arguments == "void" else arguments.split(",")
                self.assertEqual(len(types), len(names))
                for kind, argument in zip(types, names):
                    self.assertIn(kind, kinds(re.sub(r"\w+$", "", argument.strip())), argument)
        self.assertEqual(seen, set(SIGNATURES))


if __name__ == "__main__":
    unittest.main()
