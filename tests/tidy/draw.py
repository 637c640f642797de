#!/usr/bin/python3
"""Draws log lines, errors, header comments and test names from the tree, for a reader to judge.

    draw.py --seed N [--count 10] [--under FOLDER]

The same seed and the same tree give the same draw.
"""
import argparse
import random
import re
import sys

import source_tree as tree

PRODUCT = ("calc", "feedhandlers", "server", "proto")
LOG_CALL = re.compile(r"\bspdlog::(?:info|warn|error|critical)\(")
ERROR_CALL = re.compile(
    r"\bthrow\s+[\w:]+\(|\babsl::\w+Error\(|\b(?:\w+_)?(?:fault|problem|refuse|refusal|fail)\(")
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
CPP_TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
PYTHON_TEST = re.compile(r"^\s+(?:async )?def (test_\w+)\(", re.MULTILINE)


def line_of(source, at):
    return source.count("\n", 0, at) + 1


def arguments(source, begin):
    """The text from `begin`, behind an opening parenthesis, to the one that closes it."""
    depth, text = 1, re.compile(r'"(?:\\.|[^"\\\n])*"|[()]')
    for token in text.finditer(source, begin):
        if token[0] in "()":
            depth += 1 if token[0] == "(" else -1
            if depth == 0:
                return source[begin:token.start()]
    return ""


def calls(pattern):
    """(file:line, the call's literals) of each call that has text with a space in it."""
    for path in tree.cpp_files(*PRODUCT):
        source = tree.read(path)
        for call in pattern.finditer(source):
            literals = LITERAL.findall(arguments(source, call.end()))
            if any(" " in literal.strip() for literal in literals):
                yield f"{path}:{line_of(source, call.start())}", " | ".join(literals)


def log_lines():
    return list(calls(LOG_CALL))


def errors():
    return list(calls(ERROR_CALL))


def header_comments():
    """(file:line, text) of each block of // lines that stands alone in a header."""
    found = []
    for path in tree.cpp_files(*PRODUCT):
        if path.suffix != ".h":
            continue
        block, first = [], 0
        for number, line in enumerate([*tree.read(path).splitlines(), ""], 1):
            if line.lstrip().startswith("//"):
                first = first if block else number
                block.append(line.strip().lstrip("/").strip())
            elif block:
                found.append((f"{path}:{first}", " ".join(block)))
                block = []
    return found


def test_names():
    found = []
    for path in tree.files():
        if path.parts[0] != "tests":
            continue
        pattern = CPP_TEST if path.suffix == ".cc" else PYTHON_TEST if path.suffix == ".py" else None
        for test in pattern.finditer(tree.read(path)) if pattern else ():
            found.append((f"{path}:{line_of(tree.read(path), test.start(1))}",
                          ".".join(test.groups())))
    return found


KINDS = {"log lines": log_lines, "errors": errors, "header comments": header_comments,
         "test names": test_names}


def draw(seed, count, under=""):
    """{kind: (how many there are, the drawn ones in the order of the tree)}."""
    drawn = {}
    for kind, collect in KINDS.items():
        entries = [entry for entry in collect() if entry[0].startswith(under)]
        # A generator for each kind, so that a change of one kind leaves the others' draws alone.
        picked = random.Random(f"{seed} {kind}").sample(entries, min(count, len(entries)))
        drawn[kind] = len(entries), sorted(picked)
    return drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=10, help="entries of each kind")
    parser.add_argument("--under", default="", help="draw only from files whose path begins so")
    options = parser.parse_args()
    for kind, (total, entries) in draw(options.seed, options.count, options.under).items():
        print(f"\n{kind}: {len(entries)} of {total}, seed {options.seed}")
        for place, text in entries:
            print(f"  {place}\n    {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
