"""Runs the tests that CTest lists, several cases of a GoogleTest program in one process.

CTest starts a process for every case. Under a sanitizer the start takes longer than most cases.
"""
import concurrent.futures
import json
import re
import subprocess
import threading
import time

CASES_PER_PROCESS = 40
TIMEOUT_S = 120
FILTER = "--gtest_filter="
BEGIN = re.compile(r"\[ RUN      \] (\S+)$")
END = re.compile(r"\[ ( {6}OK| FAILED | SKIPPED) \] (\S+?)(?:, where .*)? \((\d+) ms\)$")
OUTCOMES = {"OK": "passed", "FAILED": "failure", "SKIPPED": "skipped"}


class Case:
    """One test: its name, and how it ended."""

    def __init__(self, name, outcome="passed", text="", seconds=0.0):
        self.name, self.outcome, self.text, self.seconds = name, outcome, text, seconds


class Process:
    """One run of a program: the cases that began in it, and how it ended."""

    def __init__(self, command, folder, timeout_s):
        self.cases, self.how = [], ""
        self._running, self._text, self._timed_out = None, [], False
        try:
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True,
                                       stderr=subprocess.STDOUT, errors="replace")
        except OSError as error:
            self.how = str(error)
            return
        with process:
            watch = self._watch(process, timeout_s)
            for line in process.stdout:
                if self._take(line.rstrip("\n")):
                    watch.cancel()
                    watch = self._watch(process, timeout_s)
            code = process.wait()
            watch.cancel()
        self.how = f"timed out after {timeout_s} s" if self._timed_out else f"exit code {code}"
        failed = any(case.outcome == "failure" for case in self.cases)
        if self._running:
            self._end("failure", 0)
        elif self.cases and code != 0 and not (code == 1 and failed):
            # A leak, or a crash in a destructor.
            self._running = f"after {self.cases[-1].name}"
            self._end("failure", 0)

    def output(self):
        return "\n".join([*self._text, self.how])

    def _watch(self, process, timeout_s):
        def stop():
            self._timed_out = True
            process.kill()

        timer = threading.Timer(timeout_s, stop)
        timer.start()
        return timer

    def _take(self, line):
        """True where a case begins or ends."""
        begin, end = BEGIN.search(line), END.search(line)
        if begin:
            if self._running:
                self._end("failure", 0)
            self._running, self._text = begin[1], []
        elif end and end[2] == self._running:
            self._end(OUTCOMES[end[1].strip()], int(end[3]) / 1000)
        else:
            self._text.append(line)
        return begin or end

    def _end(self, outcome, seconds):
        self.cases.append(Case(self._running, outcome, self.output(), seconds))
        self._running, self._text = None, []


class Batch:
    """Cases of one program. Without cases, the program is one test."""

    def __init__(self, label, command, folder, timeout_s):
        self.cases = []
        self._label, self._command, self._folder, self._timeout_s = label, command, folder, timeout_s

    def run(self):
        """One outcome a case. A new process runs the cases that an abnormal end left out."""
        if not self.cases:
            process = self._process([])
            outcome = "passed" if process.how == "exit code 0" else "failure"
            return [Case(self._label, outcome, process.output())]
        ended, left = [], self.cases
        while left:
            process = self._process([FILTER + ":".join(left)])
            cases = process.cases or [Case(name, "failure", f"did not begin: {process.output()}")
                                      for name in left]
            ended += cases
            left = [name for name in left if name not in {case.name for case in cases}]
        return ended

    def _process(self, arguments):
        return Process([*self._command, *arguments], self._folder, self._timeout_s)


def batches_of(tests):
    """From CTest's list of tests, each of which has one case as its filter."""
    batches, filling = [], {}
    for test in tests:
        properties = {each["name"]: each["value"] for each in test.get("properties", [])}
        # A program that was not built has no command.
        command = test.get("command", [test["name"]])
        names = [part.removeprefix(FILTER) for part in command if part.startswith(FILTER)]
        key = tuple(part for part in command if not part.startswith(FILTER))
        if key not in filling or not names or len(filling[key].cases) == CASES_PER_PROCESS:
            filling[key] = Batch(test["name"], key, properties.get("WORKING_DIRECTORY"),
                                 properties.get("TIMEOUT", TIMEOUT_S))
            batches.append(filling[key])
        filling[key].cases += names
    return batches


def run(folder):
    """The outcome of every test of a build folder; two processes run at a time."""
    listed = subprocess.run(["ctest", "--test-dir", folder, "--show-only=json-v1"],
                            stdout=subprocess.PIPE, check=True).stdout
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for cases in pool.map(Batch.run, batches_of(json.loads(listed)["tests"])):
            yield from cases
