"""The core links alone, and asks nothing of the machine: no clock, no file, no socket, no thread."""
import re
import shutil
import subprocess
import unittest

import harness

CORE = harness.BINARY.parent.parent / "calc" / "libindexcast_calc.a"
# What it may ask of the C++ runtime: memory, containers, exceptions of construction, arithmetic.
ALLOWED = re.compile(
    r"operator (new|delete)|std::(__throw_|_Hash_bytes|__detail::_Prime_rehash|_Rb_tree_|"
    r"__cxx11::basic_string|bad_|length_error|out_of_range|terminate|exception|logic_error)|"
    r"(vtable|typeinfo|typeinfo name) for |"
    r"__cxa_(begin|end|rethrow|throw|allocate|free|atexit|finalize|guard|pure)|_Unwind_Resume|"
    r"__gxx_personality_v0|"
    r"__(divti3|modti3|udivti3|umodti3|floattidf|fixdfti|stack_chk_fail|libc_single_threaded)|"
    r"_?_?(mem(chr|cmp|cpy|move|set)|strlen|ldexp)(_chk)?|"
    r"__libc_start_main|__gmon_start__|_ITM_(de)?registerTMCloneTable")


@unittest.skipUnless(shutil.which("c++") and shutil.which("nm"), "no compiler or nm is installed")
class CoreAlone(harness.Case):
    def asked_for(self, source, *libraries):
        """Names that a program of `source` and whole `libraries` takes from the system."""
        program = self.folder / "program"
        subprocess.run(["c++", "-x", "c++", self.write("main.cc", source), "-x", "none",
                        "-Wl,--whole-archive", *libraries, "-Wl,--no-whole-archive", "-o", program],
                       check=True, capture_output=True, text=True)
        names = subprocess.run(["nm", "--undefined-only", "--demangle", program], check=True,
                               capture_output=True, text=True).stdout
        return {re.sub(r"^\s*[Uwv]\s+|@.*$", "", line) for line in names.splitlines()}

    def strange(self, names):
        return sorted(name for name in names if not ALLOWED.match(name))

    def test_the_core_needs_no_other_library_and_nothing_of_the_machine(self):
        if not CORE.is_file():
            self.skipTest(f"{CORE} is absent")
        names = self.asked_for("int main() {}", CORE)
        self.assertEqual(self.strange(names), [])
        self.assertIn("operator new(unsigned long)", names, "the core is in the program")

    def test_a_program_that_reads_the_clock_or_a_file_is_found_out(self):
        asks = {
            "#include <chrono>\nint main() { std::chrono::steady_clock::now(); }": "steady_clock",
            "#include <time.h>\nint main() { timespec t; return clock_gettime(0, &t); }":
                "clock_gettime",
            "#include <stdio.h>\nint main() { fopen(\"x\", \"r\"); }": "fopen",
            "#include <thread>\nint main() { std::thread([] {}).join(); }": "thread",
            "#include <unistd.h>\nint main() { char c; return read(0, &c, 1); }": "read",
            "#include <stdlib.h>\nint main() { return getenv(\"x\") != 0; }": "getenv",
        }
        for source, name in asks.items():
            with self.subTest(name):
                self.assertTrue(any(name in each for each in self.strange(self.asked_for(source))))


if __name__ == "__main__":
    unittest.main()
