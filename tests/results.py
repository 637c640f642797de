#!/usr/bin/python3
"""Runs Python tests into JUnit files and adds up what every kind of test left behind.

    results.py python OUTPUT.xml FOLDER...    run test_*.py of the folders, three classes at a time
    results.py module OUTPUT.xml FOLDER NAME  the same with the classes of one module
    results.py class OUTPUT.xml FOLDER NAME   run one class, a module and a class name
    results.py ctest OUTPUT.xml FOLDER        run what CTest lists in a build folder
    results.py program OUTPUT.xml NAME CMD... run one program as one test
    results.py total FOLDER                   print what failed, what was skipped, and the sum
"""
import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
import xml.etree.ElementTree as xml

import googletest
from googletest import Case


SLOW_S = 10
PYTHON_JOBS = 3


def slow_tests():
    """{class: reason} of the classes with a test that takes longer than SLOW_S, the slowest first."""
    with open(pathlib.Path(__file__).with_name("slow_tests.toml"), "rb") as file:
        return tomllib.load(file)["reasons"]


def slow_lines(timed):
    """What is said of the tests over SLOW_S, of (seconds, suite, name) of all tests."""
    reasons = slow_tests()
    return [f"{seconds:6.1f} s {suite}: {name}: "
            f"{reasons.get(name.rpartition('.')[0], 'no reason on record')}"
            for seconds, suite, name in sorted(timed, reverse=True) if seconds > SLOW_S]


def node_of(case, suite):
    node = xml.Element("testcase", name=case.name, classname=suite, time=f"{case.seconds:.3f}")
    if case.outcome != "passed":
        xml.SubElement(node, case.outcome, message=case.text.strip().split("\n")[-1][:300])
    return node


def write_nodes(path, nodes):
    path = pathlib.Path(path)
    root = xml.Element("testsuite", name=path.stem, tests=str(len(nodes)))
    root.extend(nodes)
    path.parent.mkdir(parents=True, exist_ok=True)
    xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def write_junit(path, suite, cases):
    write_nodes(path, [node_of(case, suite) for case in cases])


class Recorder(unittest.TextTestResult):
    """Keeps every test's end, subtests folded into their test."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.cases = {}

    def startTest(self, test):
        super().startTest(test)
        self.cases[test.id()] = Case(test.id())
        self._started = time.monotonic()

    def stopTest(self, test):
        self.cases[test.id()].seconds = time.monotonic() - self._started
        super().stopTest(test)

    def _end(self, test, outcome, text):
        case = self.cases.setdefault(test.id(), Case(test.id()))
        if case.outcome != "failure":
            case.outcome, case.text = outcome, text

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._end(test, "failure", self._exc_info_to_string(err, test))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._end(test, "failure", self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._end(test, "skipped", reason)


def loader_of(folder):
    sys.path.insert(0, str(folder))
    # A loader remembers its first folder, so each has its own.
    return unittest.TestLoader()


def classes_of(folder):
    """The names of the classes with tests in a folder; a module that cannot be loaded is one too."""
    def cases(suite):
        for part in suite:
            yield from cases(part) if isinstance(part, unittest.TestSuite) else (part,)

    found = loader_of(folder).discover(str(folder), top_level_dir=str(folder))
    # The name of a module that cannot be loaded is the last part of its case's.
    return dict.fromkeys(case.id().rpartition(".")[2 if isinstance(case, unittest.loader._FailedTest) else 0]
                         for case in cases(found))


def run_python(output, folders, module=""):
    """Runs three classes at a time, each in its own process, because most tests wait more than they
    compute. Starts the slow ones first, so that none of them runs alone at the end. `module`: run only
    the classes of this module."""
    classes = [(folder, name) for folder in map(pathlib.Path, folders)
               if any(folder.glob("test_*.py")) for name in classes_of(folder)
               if not module or name.split(".")[0] == module]
    order = list(slow_tests())
    classes.sort(key=lambda entry: order.index(entry[1]) if entry[1] in order else len(order))
    cases, ended_well = [], True
    with tempfile.TemporaryDirectory() as parts, concurrent.futures.ThreadPoolExecutor(PYTHON_JOBS) as pool:
        def run(number):
            part = pathlib.Path(parts) / f"{number}.xml"
            command = [sys.executable, __file__, "class", part, *classes[number]]
            return part, subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        check=False)

        for number, (part, done) in enumerate(pool.map(run, range(len(classes)))):
            sys.stdout.write(done.stdout.decode(errors="replace"))
            sys.stdout.flush()
            ended_well &= done.returncode == 0
            if part.exists():
                cases += xml.parse(part).getroot().iter("testcase")
            else:
                cases.append(node_of(Case(classes[number][1], "failure",
                                          f"ended with {done.returncode} and no report"), "python"))
    write_nodes(output, cases)
    return 0 if ended_well else 1


def run_class(output, folder, name):
    suite = loader_of(folder).loadTestsFromName(name)
    result = unittest.TextTestRunner(resultclass=Recorder, verbosity=2).run(suite)
    write_junit(output, "python", list(result.cases.values()))
    return 0 if result.wasSuccessful() else 1


def run_ctest(output, folder):
    cases = []
    for case in googletest.run(folder):
        cases.append(case)
        if case.outcome == "failure":
            print(f"FAILED {case.name}\n{case.text[-20000:]}", flush=True)
    write_junit(output, pathlib.Path(output).stem, cases)
    return 0 if all(case.outcome != "failure" for case in cases) else 1


def run_program(output, name, command):
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    case = Case(name, seconds=time.monotonic() - started)
    if done.returncode != 0:
        sys.stdout.write(done.stdout.decode(errors="replace")[-20000:])
        case.outcome, case.text = "failure", f"exit code {done.returncode}"
    write_junit(output, pathlib.Path(output).stem, [case])
    return 0 if done.returncode == 0 else 1


def outcome_of(node):
    if node.find("failure") is not None or node.find("error") is not None:
        return "failure"
    return "passed" if node.find("skipped") is None else "skipped"


def described(node):
    """Name and reason in one line."""
    skipped = node.find("skipped")
    return f"{node.get('name')} {'' if skipped is None else skipped.get('message', '')}".rstrip()


def total(folder):
    count = {"passed": 0, "failure": 0, "skipped": 0}
    lines, timed = [], []
    for path in sorted(pathlib.Path(folder).glob("*.xml")):
        nodes = list(xml.parse(path).getroot().iter("testcase"))
        if not nodes:
            nodes = [xml.Element("testcase", name="no test ran")]
            xml.SubElement(nodes[0], "failure")
        for node in nodes:
            outcome = outcome_of(node)
            if not path.stem.startswith("step-"):
                timed.append((float(node.get("time", 0)), path.stem, node.get("name")))
            count[outcome] += 1
            if outcome != "passed":
                word = "FAILED " if outcome == "failure" else "SKIPPED"
                lines.append(f"{word} {path.stem}: {described(node)}")
    if slow := slow_lines(timed):
        print(f"{len(slow)} tests over {SLOW_S} s", *slow, sep="\n")
    print("\n".join(sorted(lines)))
    if count["skipped"]:
        print(f"{count['skipped']} skipped, named above")
    print(f"{count['passed']} passed, {count['failure']} failed")
    return 0 if count["failure"] == 0 and count["passed"] > 0 else 1


def main(arguments):
    match arguments:
        case ["python", output, *folders] if folders:
            return run_python(output, folders)
        case ["module", output, folder, name]:
            return run_python(output, [folder], name)
        case ["class", output, folder, name]:
            return run_class(output, folder, name)
        case ["ctest", output, folder]:
            return run_ctest(output, folder)
        case ["program", output, name, *command] if command:
            return run_program(output, name, command)
        case ["total", folder]:
            return total(folder)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
