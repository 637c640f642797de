"""The whole tree compiles without unity builds and without precompiled headers.

Both hide a missing include: another file of the batch, or the precompiled header, brings the declaration.
"""
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class PlainBuild(unittest.TestCase):
    def run_in_root(self, *command):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-20_000:])

    def test_every_source_includes_what_it_uses(self):
        self.run_in_root("cmake", "--preset", "dev", "-B", "build/plain", "-D", "CMAKE_UNITY_BUILD=OFF",
                         "-D", "INDEXCAST_PRECOMPILE=OFF")
        self.run_in_root("cmake", "--build", "build/plain", "-j", os.environ.get("BUILD_JOBS", "2"))


if __name__ == "__main__":
    unittest.main()
