"""The subscriber library as an outside project has it: installed, found, built against and run."""
import pathlib
import shutil
import subprocess
import unittest

import harness

BUILD = harness.BINARY.parent.parent
EXAMPLE = harness.ROOT / "proto" / "examples" / "cpp"


def command(*words):
    """What a program printed; its exit code must be 0."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=600, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


@unittest.skipUnless(shutil.which("cmake") and (BUILD / "CMakeCache.txt").is_file(),
                     "no cmake, or the executable stands outside a build")
class Package(harness.Case):
    def build_example(self):
        """The example in a folder of its own, so that nothing of the sources is near it."""
        project, out, prefix = (self.folder / name for name in ("project", "out", "prefix"))
        shutil.copytree(EXAMPLE, project)
        command("cmake", "--install", BUILD, "--component", "subscriber", "--prefix", prefix)
        # Installed files must not lead back.
        for path in prefix.rglob("*.cmake"):
            self.assertNotIn(str(harness.ROOT), path.read_text("utf-8"), path.name)
        command("cmake", "-S", project, "-B", out, f"-DCMAKE_PREFIX_PATH={prefix}")
        command("cmake", "--build", out)
        return out / "levels"

    def test_an_outside_project_finds_builds_and_receives(self):
        levels = self.build_example()
        wrong = subprocess.run([levels], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("a primary and at most one backup", wrong.stderr)
        self.assertEqual(self.files_of_the_contract(), {"query.proto", "stream.proto",
                                                        "websocket.proto"})
        config = self.configure(simulator={"begin": "10:00:00", "end": "11:20:00", "speed": 20.0})
        _, ready = self.serve(config)
        self.start("simulate", "simulate", "--config", config, "--seed", "3")
        lines = command(levels, ready["zmq"], ready["zmq_query"], "--count", 60,
                        *harness.CODES).splitlines()
        self.check([line.split() for line in lines])

    def check(self, lines):
        """Levels follow the snapshot and each other."""
        last = {}
        for what, code, sequence, *_ in lines:
            if what in ("server", "values"):
                continue
            self.assertIn(what, ("snapshot", "level"))
            if what == "level" and code in last:
                self.assertEqual(int(sequence), last[code] + 1)
            last[code] = int(sequence)
        self.assertEqual(set(last), set(harness.CODES))

    def files_of_the_contract(self):
        folder = pathlib.Path(self.folder / "prefix" / "include" / "indexcast" / "v1")
        return {path.name for path in folder.glob("*.proto")}


if __name__ == "__main__":
    unittest.main()
