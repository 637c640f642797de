"""Every case of a GoogleTest program has an outcome, however its process ends."""
import os
import pathlib
import stat
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import googletest  # noqa: E402  (found through the line above)

# Behaves like a GoogleTest program: a case does what its name says.
PROGRAM = """#!/usr/bin/python3
import os, sys, time
cases = sys.argv[1].removeprefix("--gtest_filter=").split(":")
failed = False
for case in cases:
    print(f"[ RUN      ] {case}", flush=True)
    if "Crashes" in case: os.abort()
    if "Hangs" in case: time.sleep(60)
    if "Exits" in case: os._exit(0)
    if "Skips" in case: print("a.cc:1: Skipped\\nno data\\n")
    word = "[  FAILED  ]" if "Fails" in case else "[  SKIPPED ]" if "Skips" in case else "[       OK ]"
    given = ", where GetParam() = 4 bytes" if "Fails" in case else ""
    print(f"some text{word} {case}{given} (7 ms)", flush=True)
    failed |= "Fails" in case
print("[  PASSED  ] and so on")
sys.exit(23 if "Leaks" in cases[-1] else int(failed))
"""


class GoogleTestPrograms(unittest.TestCase):
    def run_cases(self, *names, timeout_s=30):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "program"
            program.write_text(PROGRAM, encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            batches = googletest.batches_of(
                [{"name": name, "command": [str(program), f"--gtest_filter={name}"],
                  "properties": [{"name": "TIMEOUT", "value": timeout_s}]} for name in names])
            return [case for batch in batches for case in batch.run()]

    def outcomes(self, *names, **options):
        return [(case.name, case.outcome) for case in self.run_cases(*names, **options)]

    def test_each_case_has_its_outcome(self):
        self.assertEqual(self.outcomes("A.Passes", "A.Fails/0", "A.Skips", "A.Passes2"),
                         [("A.Passes", "passed"), ("A.Fails/0", "failure"), ("A.Skips", "skipped"),
                          ("A.Passes2", "passed")])

    def test_a_case_that_ends_the_process_fails_and_the_rest_runs(self):
        for how in ("Crashes", "Hangs", "Exits"):
            with self.subTest(how):
                self.assertEqual(
                    self.outcomes("A.Passes", f"A.{how}", "A.Fails", "A.Passes2", timeout_s=2),
                    [("A.Passes", "passed"), (f"A.{how}", "failure"), ("A.Fails", "failure"),
                     ("A.Passes2", "passed")])

    def test_an_end_that_no_case_explains_is_a_failure(self):
        self.assertEqual(self.outcomes("A.Passes", "A.Leaks"),
                         [("A.Passes", "passed"), ("A.Leaks", "passed"), ("after A.Leaks", "failure")])

    def test_many_cases_run_in_several_processes(self):
        names = [f"A.Passes{i}" for i in range(2 * googletest.CASES_PER_PROCESS + 1)]
        self.assertEqual(self.outcomes(*names), [(name, "passed") for name in names])

    def test_a_program_that_cannot_start_fails_all_its_cases(self):
        batches = googletest.batches_of(
            [{"name": name, "command": [os.devnull, f"--gtest_filter={name}"]} for name in ("A.a", "A.b")]
            + [{"name": "x_NOT_BUILT"}])
        self.assertEqual([(case.name, case.outcome) for batch in batches for case in batch.run()],
                         [("A.a", "failure"), ("A.b", "failure"), ("x_NOT_BUILT", "failure")])

    def test_the_text_of_a_case_is_kept(self):
        skipped, failed = self.run_cases("A.Skips", "A.Crashes")
        self.assertIn("no data", skipped.text)
        self.assertIn("exit code -6", failed.text)


if __name__ == "__main__":
    unittest.main()
