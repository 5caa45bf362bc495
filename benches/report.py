"""What the benchmark says: on the screen, as Markdown and as JSON."""

import json
import os


def duration(seconds):
    """Three digits and a unit."""
    if seconds is None:
        return "–"
    for unit, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= unit * 0.9995:
            break
    value = seconds / unit
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {name}"


def size(count):
    """Bytes as MiB."""
    return "–" if count is None else f"{count / 2**20:.1f}"


def error(value):
    return "–" if value is None else f"{value:.1e}"


def times(value, digits=1):
    """A ratio."""
    return "–" if value is None else f"{value:.{digits}f}"


def whole(number):
    """12 345 678, and powers of ten from a million on as 1e6."""
    text = str(number)
    if number >= 1_000_000 and text.rstrip("0") in ("1", "3"):
        return f"{text[0]}e{len(text) - 1}"
    return f"{number:_}".replace("_", " ")


class Report:
    """Prints as it goes; `save` writes the same text and the figures to a folder."""

    def __init__(self):
        self.lines = []
        self.figures = {}

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)

    def head(self, text):
        self.say()
        self.say(f"## {text}")
        self.say()

    def table(self, columns, rows):
        """A table that reads well as it is and is Markdown; the first column is text."""
        cells = [[str(cell) for cell in row] for row in [columns, *rows]]
        widths = [max(map(len, column)) for column in zip(*cells)]

        def line(row):
            first, *others = zip(row, widths)
            return " | ".join(
                [first[0].ljust(first[1])] + [cell.rjust(width) for cell, width in others]
            )

        rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
        for row in [cells[0], rule, *cells[1:]]:
            self.say(f"| {line(row)} |")

    def save(self, folder, name):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name + ".md"), "w") as file:
            file.write("\n".join(self.lines) + "\n")
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump(self.figures, file, indent=1)
