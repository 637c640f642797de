"""The committed source tree as the tidy tests see it."""
import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CPP = (".h", ".cc")


@functools.cache
def files():
    """Every file that git tracks or would, relative to the root; seeds of fuzzers are no source."""
    listing = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"],
                             capture_output=True, check=True).stdout.decode()
    return [pathlib.PurePosixPath(name) for name in sorted(set(listing.split("\0")))
            if name and (ROOT / name).is_file() and not name.startswith("tests/fuzz/corpus/")]


def cpp_files(*folders):
    return [path for path in files() if path.suffix in CPP and path.parts[0] in folders]


@functools.cache
def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def includes(path):
    """(line, included name, whether in quotes) of every #include."""
    for number, line in enumerate(read(path).splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if found:
            yield number, found[2], found[1] == '"'


def without_text(source):
    """C++ with comments and literals blanked, so that braces in them do not count."""
    pattern = (r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
               r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'")
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), source, flags=re.DOTALL)


NOT_A_FUNCTION = re.compile(
    r"\b(namespace|class|struct|enum|union|if|for|while|switch|do|else|catch|extern)\b")


def functions(path):
    """(line, lines) of every function body, found by its braces; an approximation."""
    source = without_text(read(path))
    depth_of_function, begin, depth = None, 0, 0
    for at, character in enumerate(source):
        if character == "{":
            head = re.split(r"[;{}]", source[:at][-600:])[-1]
            is_function = ")" in head and not NOT_A_FUNCTION.match(head.strip().split("\n")[-1])
            if depth_of_function is None and is_function:
                depth_of_function, begin = depth, at
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == depth_of_function:
                first = source.count("\n", 0, begin) + 1
                yield first, source.count("\n", begin, at) + 1
                depth_of_function = None
