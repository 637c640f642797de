"""The definitions of a day: those that a configuration names, and its funds."""
import pathlib
import tomllib

from oracle import definition, fund, inputs


def _paths(settings, folder, journal):
    """Of the definitions that a day began with: a server lists them beside its journal."""
    beside = inputs.newest(journal).with_suffix(".definitions") if journal else None
    if beside is None or not beside.exists():
        return [folder / name for name in settings["definitions"]]
    return beside.read_text(encoding="utf-8").splitlines()


def editions(journal):
    """{number: definition} of the versions that a server staged, kept beside its journal."""
    path = inputs.newest(journal)
    heads = path.parent.glob(f"{path.stem}.edition-*/definition.toml")
    return {int(head.parent.name.rpartition("-")[2]): definition.load(head) for head in heads}


def load(config, journal=None):
    """In the order in which the core numbers them: indices, then funds."""
    config = pathlib.Path(config)
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    paths = _paths(settings, config.parent, journal)
    indices = [definition.load(path) for path in paths]
    return indices + list(fund.load_all(settings.get("funds", []), config.parent, indices))
