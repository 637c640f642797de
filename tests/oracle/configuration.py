"""The definitions of a day: those that a configuration names, and its funds."""
import pathlib
import tomllib

from oracle import definition, fund


def load(config):
    """In the order in which the core numbers them: indices, then funds."""
    config = pathlib.Path(config)
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    paths = [config.parent / name for name in settings["definitions"]]
    indices = [definition.load(path) for path in paths]
    return indices + list(fund.load_all(settings.get("funds", []), config.parent, indices))
