"""Computes every level of a journal again and says where published ones differ.

    tests/oracle --config F --journal DIR --levels levels.jsonl

Exit code 0: no difference; 1: each kind of difference with its count and its first place.
"""
import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from oracle import compare, configuration, inputs  # noqa: E402  (found through the line above)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, help="configuration that names the definitions")
    parser.add_argument("--journal", required=True, help="folder or file of the inputs")
    parser.add_argument("--levels", help="what was published, as replay writes it; else only timed")
    parser.add_argument("--all", action="store_true", help="every difference, not a summary")
    chosen = parser.parse_args()
    header, events = inputs.read(chosen.journal)
    definitions = configuration.load(chosen.config, chosen.journal)
    begin = time.perf_counter()
    expected = compare.expected_levels(definitions, header, events,
                                       configuration.editions(chosen.journal))
    if not chosen.levels:
        levels = sum(len(group) for _, group in expected)
        print(f"{levels} levels, {time.perf_counter() - begin:.2f} s")
        return 0
    published = compare.by_input(compare.published_levels(chosen.levels))
    found = compare.differences(published, expected)
    if chosen.all:
        found = list(found)
        print(*found, sep="\n")
        return bool(found)
    lines = compare.summary(found)
    for count, first in lines:
        print(f"{count} times, first at {first}")
    print(f"{sum(count for count, _ in lines)} differences, {time.perf_counter() - begin:.2f} s")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
