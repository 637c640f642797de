#!/usr/bin/python3
"""Prints the figures of the product's source, each with its limit.

Product files are the .h, .cc, .js, .mjs, .proto and .py files of calc, feedhandlers, server and
proto, the simulator included. Functions are measured in C++ only, by their braces.
"""
import collections
import dataclasses
import graphlib
import sys

import source_tree as tree

FOLDERS = ("calc", "feedhandlers", "server", "proto")
SUFFIXES = {".h", ".cc", ".js", ".mjs", ".proto", ".py"}
SMALL_LINES = 30
LONG_LINES = 450


@dataclasses.dataclass
class Figure:
    name: str
    value: float
    limit: float
    at_least: bool = False  # the limit is a lower one

    def is_met(self):
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self):
        bound = "at least" if self.at_least else "at most"
        return (f"{self.value:8.1f}  {self.name}, {bound} {self.limit:g}"
                f"{'' if self.is_met() else '  (goal, not met yet)'}")


def product_files():
    return [path for path in tree.files()
            if path.parts[0] in FOLDERS and path.suffix in SUFFIXES]


def line_count(path):
    return tree.read(path).count("\n")


def function_lengths():
    return sorted(lines for path in tree.cpp_files(*FOLDERS) for _, lines in tree.functions(path))


def folder_includes():
    """{folder: the folders of ours that its files include}."""
    includes = collections.defaultdict(set)
    for path in tree.cpp_files(*FOLDERS):
        for _, name, quoted in tree.includes(path):
            other = name.rpartition("/")[0]
            if quoted and name.split("/")[0] in FOLDERS and other != str(path.parent):
                includes[str(path.parent)].add(other)
    return dict(includes)


def folder_cycle():
    """One cycle of includes among folders, as a list of folders; empty if there is none."""
    try:
        graphlib.TopologicalSorter(folder_includes()).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def figures():
    lines = {path: line_count(path) for path in product_files()}
    total = sum(lines.values())
    lengths = function_lengths()
    short = sum(count < LONG_LINES for count in lines.values())
    return [
        Figure("files per 1,000 lines", 1000 * len(lines) / total, 8.5),
        Figure("units (a header with its source) per 1,000 lines",
               1000 * len({path.with_suffix("") for path in lines}) / total, 6),
        Figure(f"files under {SMALL_LINES} lines",
               sum(count < SMALL_LINES for count in lines.values()), 25),
        Figure(f"percent of files under {LONG_LINES} lines", 100 * short / len(lines), 90, True),
        Figure("lines of a function, 99th percentile", lengths[len(lengths) * 99 // 100], 50),
        Figure("lines of the longest function", lengths[-1], 100),
        Figure("folders in a cycle of includes", len(set(folder_cycle())), 0),
    ]


def by_folder():
    """(folder, files, lines, units, files under SMALL_LINES), the folder with most files first."""
    rows = collections.defaultdict(lambda: [0, 0, set(), 0])
    for path in product_files():
        row = rows[str(path.parent)]
        row[0] += 1
        row[1] += line_count(path)
        row[2].add(path.with_suffix(""))
        row[3] += line_count(path) < SMALL_LINES
    return sorted(((folder, files, lines, len(units), small)
                   for folder, (files, lines, units, small) in rows.items()),
                  key=lambda row: -row[1])


def main():
    files = product_files()
    print(f"{len(files)} product files, {sum(map(line_count, files))} lines")
    print(*figures(), sep="\n")
    if cycle := folder_cycle():
        print("cycle:", " -> ".join(cycle))
    print(f"\n{'folder':36} files   lines  files/1,000  units/1,000  under {SMALL_LINES} lines")
    for folder, count, lines, units, small in by_folder():
        print(f"{folder:36} {count:5} {lines:7} {1000 * count / lines:12.1f} "
              f"{1000 * units / lines:12.1f} {small:6}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
