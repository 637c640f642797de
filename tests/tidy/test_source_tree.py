"""The promises that the source tree makes about itself."""
import graphlib
import pathlib
import re
import shutil
import subprocess
import tomllib
import unittest

import source_tree as tree

TOP_FOLDERS = {".ci", "calc", "deploy", "feedhandlers", "proto", "server", "tests"}
# What each folder may include of ours; a folder may always include itself.
MAY_INCLUDE = {
    "calc": set(),
    "proto": set(),
    "feedhandlers": {"calc"},
    "server": {"calc", "feedhandlers", "proto"},
}
# The layers of server/, lowest first: a folder includes those before it and none after it.
LAYERS = ["settings", "definitions", "journal", "access", "view", "messages", "zmq", "web", "ops",
          "app", "tools"]
# The same of feedhandlers/. The venues and the captures do not know each other.
FEED_LAYERS = [["transport"], ["market"], ["sequencing"], ["session"],
               ["sse", "szse", "hkex", "capture"], ["simulator"]]
# Includes that point upwards for now: the public address still serves the metrics.
UPWARDS = {("server/web/api.h", "server/ops/exposition.h"),
           ("server/web/http_server.h", "server/ops/exposition.h")}
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
# Files that read the wall clock (server/app/README.md, Clocks): the server's one reading, and the
# programs of a terminal.
WALL_CLOCK = ["feedhandlers/transport/receive_stamps.cc", "server/tools/control.cc", "server/tools/watch/watch.cc"]
# Files that people or tools wrote elsewhere.
NOT_OURS = {"LICENSE"}
TEXT = {".h", ".cc", ".py", ".md", ".toml", ".proto", ".txt", ".yaml", ".json", ".js", ".css",
        ".html", ""}


class Layout(unittest.TestCase):
    def test_top_level_folders_are_the_agreed_ones(self):
        found = {path.parts[0] for path in tree.files() if len(path.parts) > 1}
        self.assertEqual(found - TOP_FOLDERS, set())

    def test_every_folder_of_source_has_a_readme(self):
        folders = {path.parent for path in tree.files()
                   if path.parts[0] in MAY_INCLUDE and path.suffix in (*tree.CPP, ".proto")}
        folders |= {pathlib.PurePosixPath(name) for name in ("deploy", "tests", "feedhandlers",
                                                             "server", "proto")}
        # Paths that a name in a program prescribes, not places to start reading.
        folders -= {pathlib.PurePosixPath(name)
                    for name in ("proto/indexcast/v1", "proto/subscriber/include/indexcast/subscriber")}
        missing = [str(folder) for folder in sorted(folders)
                   if not (tree.ROOT / folder / "README.md").is_file()]
        self.assertEqual(missing, [])

    def test_every_source_is_listed_by_name_in_its_cmake_file(self):
        lists = "\n".join(tree.read(path) for path in tree.files()
                          if path.name == "CMakeLists.txt" or path.suffix == ".cmake")
        unlisted = [str(path) for path in tree.files() if path.suffix == ".cc"
                    and path.name not in lists]
        self.assertEqual(unlisted, [])

    def test_every_listed_source_exists(self):
        absent = []
        for path in tree.files():
            if path.name != "CMakeLists.txt":
                continue
            text = re.sub(r"#[^\n]*", "", tree.read(path))
            for name in re.findall(r"(?<![\w}/$.-])([\w/.-]+\.cc)\b", text):
                if not (tree.ROOT / path.parent / name).is_file():
                    absent.append(f"{path}: {name}")
        self.assertEqual(absent, [])


class Dependencies(unittest.TestCase):
    def test_includes_of_ours_go_one_way(self):
        wrong = []
        for folder, allowed in MAY_INCLUDE.items():
            for path in tree.cpp_files(folder):
                for line, name, _ in tree.includes(path):
                    top = name.split("/")[0]
                    if top in MAY_INCLUDE and top != folder and top not in allowed:
                        wrong.append(f"{path}:{line}: {name}")
        self.assertEqual(wrong, [])

    def test_calc_includes_nothing_but_itself_and_the_standard_library(self):
        wrong = []
        for path in tree.cpp_files("calc"):
            for line, name, quoted in tree.includes(path):
                standard = not quoted and re.fullmatch(r"[a-z0-9_]+(\.h)?", name)
                if not standard and not name.startswith("calc/"):
                    wrong.append(f"{path}:{line}: {name}")
        self.assertEqual(wrong, [])

    def test_only_the_server_knows_protobuf(self):
        wrong = [f"{path}:{line}: {name}"
                 for path in tree.cpp_files("calc", "feedhandlers")
                 for line, name, _ in tree.includes(path)
                 if ".pb.h" in name or name.startswith("google/protobuf")]
        self.assertEqual(wrong, [])

    def test_layers_of_the_server_go_one_way(self):
        ranks = {folder: rank for rank, folder in enumerate(LAYERS)}
        self.assertEqual(self.outside("server", set(ranks)), [])
        upwards = {(str(path), name)
                   for path, own, name, other in self.between_folders("server")
                   if ranks[other] > ranks[own]}
        self.assertEqual(upwards, UPWARDS)

    def test_layers_of_the_feed_handlers_go_one_way(self):
        ranks = {folder: rank for rank, row in enumerate(FEED_LAYERS) for folder in row}
        self.assertEqual(self.outside("feedhandlers", set(ranks)), [])
        wrong = [f"{path}: {name}"
                 for path, own, name, other in self.between_folders("feedhandlers")
                 if ranks[other] >= ranks[own]]
        self.assertEqual(wrong, [])

    def test_no_two_folders_include_each_other(self):
        """Nor more than two in a circle."""
        upwards = {(str(pathlib.PurePosixPath(a).parent), str(pathlib.PurePosixPath(b).parent))
                   for a, b in UPWARDS}
        includes = {}
        for path in tree.cpp_files(*MAY_INCLUDE):
            own = str(path.parent)
            for _, name, quoted in tree.includes(path):
                other = str(pathlib.PurePosixPath(name).parent)
                if quoted and name.split("/")[0] in MAY_INCLUDE and other != own:
                    includes.setdefault(own, set()).add(other)
        for own, other in upwards:
            includes[own].remove(other)
        self.assertGreater(len(includes), 20)
        with self.assertRaises(graphlib.CycleError):  # so that the search is seen to find one
            graphlib.TopologicalSorter(includes | {"calc": {"server/app"}}).prepare()
        graphlib.TopologicalSorter(includes).prepare()

    @staticmethod
    def outside(top, folders):
        """Sources that belong to no layer; the executable's own file belongs to none."""
        return [str(path) for path in tree.cpp_files(top)
                if path.parts[1] not in folders | {"main.cc"}]

    @staticmethod
    def between_folders(top):
        """(file, its folder, what it includes, that one's folder) where the folders differ."""
        for path in tree.cpp_files(top):
            if len(path.parts) < 3:
                continue
            for _, name, _ in tree.includes(path):
                parts = name.split("/")
                if parts[0] == top and len(parts) > 2 and parts[1] != path.parts[1]:
                    yield path, path.parts[1], name, parts[1]

    def test_the_wall_clock_is_read_in_few_places(self):
        readers = [str(path) for path in tree.cpp_files(*MAY_INCLUDE)
                   if re.search("system_clock|CLOCK_REALTIME|absl::Now",
                                tree.without_text(tree.read(path)))]
        self.assertEqual(sorted(readers), WALL_CLOCK)

    def test_includes_of_ours_start_at_the_root(self):
        tops = set(MAY_INCLUDE) | {"tests", "indexcast"}
        wrong = [f"{path}:{line}: {name}"
                 for path in tree.cpp_files(*MAY_INCLUDE, "tests")
                 for line, name, quoted in tree.includes(path)
                 if quoted and name.split("/")[0] not in tops]
        self.assertEqual(wrong, [])


class Names(unittest.TestCase):
    """One name, one class, except for the parts that every venue has."""
    ONE_A_VENUE = {"Framing", "Gateway", "Handler", "Header", "LiveFeed", "Logon", "Logout",
                   "MarketStatus", "Normalizer", "PhaseRule", "PriceRule", "Settings", "Snapshot"}
    CLASS = re.compile(r"^(?:class|struct|enum class|enum)\s+(?:alignas\([^)]*\)\s+)?(\w+)\s*"
                       r"(?:final\s*)?(?::[^;{]*)?\{", re.MULTILINE)

    def test_no_two_classes_share_a_name(self):
        places = {}
        for path in tree.cpp_files("calc", "feedhandlers", "server"):
            for name in self.CLASS.findall(tree.without_text(tree.read(path))):
                # A class may be declared in a header and defined in its source.
                places.setdefault(name, set()).add(str(path.with_suffix("")))
        self.assertGreater(len(places), 500)
        twins = {name: sorted(found) for name, found in places.items() if len(found) > 1}
        self.assertEqual({name: found for name, found in twins.items()
                          if name not in self.ONE_A_VENUE}, {})
        self.assertEqual(self.ONE_A_VENUE - set(twins), set(), "no longer needed")
        for found in twins.values():
            venues = {pathlib.PurePosixPath(place).parts[1] for place in found}
            self.assertEqual(len(venues), len(found), found)


class Lengths(unittest.TestCase):
    def test_files_are_short(self):
        long = []
        for path in tree.files():
            if path.suffix in (*tree.CPP, ".py"):
                lines = tree.read(path).count("\n")
                if lines > FILE_LINES_MAX:
                    long.append(f"{path}: {lines}")
        self.assertEqual(long, [])

    def test_functions_fit_a_screen(self):
        long = [f"{path}:{line}: {lines} lines"
                for path in tree.files() if path.suffix in tree.CPP
                for line, lines in tree.functions(path) if lines > FUNCTION_LINES_MAX]
        self.assertEqual(long, [])

    def test_the_function_finder_finds_functions(self):
        found = [length for path in tree.cpp_files("calc") for _, length in tree.functions(path)]
        self.assertGreater(len(found), 100)
        self.assertGreater(max(found), 15)

    def test_no_line_of_code_passes_100_columns(self):
        wrong = [f"{path}:{number}" for path in tree.files() if path.suffix in tree.CPP
                 for number, line in enumerate(tree.read(path).splitlines(), 1)
                 if len(line) > 100 and 'R"(' not in line]  # raw text cannot be broken
        self.assertEqual(wrong, [])


class Text(unittest.TestCase):
    @unittest.skipUnless(shutil.which("clang-format"), "no clang-format")
    def test_sources_are_formatted(self):
        sources = [str(path) for path in tree.files() if path.suffix in tree.CPP]
        run = subprocess.run(["clang-format", "--dry-run", "--Werror", *sources], cwd=tree.ROOT,
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr[:2000])

    def test_nothing_is_left_to_do(self):
        # Written apart, so that this file is not its own finding.
        marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")
        wrong = [f"{path}:{number}: {line.strip()}"
                 for path in tree.files()
                 if path.suffix in TEXT and path.name not in NOT_OURS
                 and path.parts[-1] != "package-lock.json"
                 for number, line in enumerate(tree.read(path).splitlines(), 1)
                 if marks.search(line)]
        self.assertEqual(wrong, [])

    def test_tests_and_files_that_documents_name_exist(self):
        absent = []
        for path in tree.files():
            if path.suffix != ".md":
                continue
            for name in re.findall(r"`((?:tests|deploy|server|calc|feedhandlers|proto)/[\w./-]+)`",
                                   tree.read(path)):
                if not (tree.ROOT / name).exists():
                    absent.append(f"{path}: {name}")
        self.assertEqual(absent, [])

    def test_markdown_links_lead_somewhere(self):
        absent = []
        for path in tree.files():
            if path.suffix != ".md":
                continue
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", tree.read(path)):
                if "://" in target:
                    continue
                if not (tree.ROOT / path.parent / target).exists():
                    absent.append(f"{path}: {target}")
        self.assertEqual(absent, [])


class Settings(unittest.TestCase):
    SETTINGS = ("server/settings/config.h", "server/settings/fund_settings.h",
                "feedhandlers/sse/settings.h", "feedhandlers/szse/settings.h", "feedhandlers/hkex/settings.h",
                "feedhandlers/simulator/day/settings.h")
    # Not settings: where the file was, values that other keys or arguments make, and fields of lists
    # whose elements are written as one text.
    NOT_KEYS = {"source", "below", "tick", "day", "faults", "market_shut"}

    def fields(self):
        for name in self.SETTINGS:
            text = tree.without_text(tree.read(pathlib.PurePosixPath(name)))
            for line in text.splitlines():
                found = re.match(r"  [\w:<>,* ]+ ([a-z]\w*)( =.*|\{.*)?;\s*$", line)
                if found and "(" not in line.split("=")[0]:
                    yield name, found[1]

    def test_every_field_of_a_settings_struct_has_a_key(self):
        schema = tree.read(pathlib.PurePosixPath("server/settings/config_schema.h"))
        known = set(re.findall(r"\.(\w+)", schema))
        absent = [f"{name}: {field}" for name, field in self.fields()
                  if field not in known | self.NOT_KEYS]
        self.assertEqual(absent, [])

    def test_every_key_of_the_shipped_configuration_has_a_comment(self):
        bare, explained, section, comment = [], set(), "", False
        lines = tree.read(pathlib.PurePosixPath("deploy/indexcast.toml")).splitlines()
        for number, line in enumerate(lines, 1):
            key = re.match(r"(\w+) = ", line)
            if line.startswith("#"):
                comment = True
            elif not line:
                comment = False
            elif not key:
                section = line  # a comment above a header explains the keys below it
            elif comment:
                explained.add((section, key[1]))
            elif (section, key[1]) not in explained:
                bare.append(f"deploy/indexcast.toml:{number}: {line}")
        self.assertEqual(bare, [])

    def test_the_shipped_configuration_stays_on_this_machine(self):
        text = tree.read(pathlib.PurePosixPath("deploy/indexcast.toml"))
        settings = tomllib.loads(text)
        self.assertEqual(settings["http"]["address"], "127.0.0.1")
        self.assertEqual(settings["admin"]["address"], "127.0.0.1")
        self.assertEqual(settings["hkex"]["interface"], "127.0.0.1")
        self.assertTrue(settings["zmq"]["publish"].startswith("tcp://127.0.0.1:"))
        for venue in ("sse", "szse"):
            for gateway in settings[venue]["gateways"]:
                self.assertTrue(gateway["address"].startswith("127.0.0.1:"), gateway)


if __name__ == "__main__":
    unittest.main()
