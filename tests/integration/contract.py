"""proto/asyncapi.yaml and proto/openapi.yaml, and whether what a server says is what they say.

An instance must be valid, and hold nothing that they do not name: clients of v1 ignore what they do
not know, but what a server sends and nobody wrote down is a fault of the contract.
"""
import functools
import urllib.parse

import jsonschema
import yaml

import harness

PROTO = harness.ROOT / "proto"
Validator = jsonschema.Draft202012Validator


@functools.cache
def document(name):
    return yaml.safe_load((PROTO / name).read_text("utf-8"))


def names():
    return ("schemas.yaml", "asyncapi.yaml", "openapi.yaml")


@functools.cache
def _resolver():
    store = {(PROTO / name).as_uri(): document(name) for name in names()}
    return jsonschema.RefResolver("", {}, store=store)


def reference(name, pointer):
    """A schema that is another one: "#/components/schemas/Level" of that file."""
    return {"$ref": (PROTO / name).as_uri() + pointer}


def _target(schema, base):
    """What the schema's $ref refers to, with the address that its own are relative to."""
    return _resolver().resolve(urllib.parse.urljoin(base, schema["$ref"]))


def _follow(schema, base):
    while "$ref" in schema:
        base, schema = _target(schema, base)
    return schema, base


def _known(schema, base):
    """({property: (schema, base)}, whether others are allowed too), whichever branch is taken."""
    schema, base = _follow(schema, base)
    known = {key: (each, base) for key, each in schema.get("properties", {}).items()}
    other = bool(schema.get("additionalProperties"))
    for branch in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        of_branch, other_of_branch = _known(branch, base)
        known.update(of_branch)
        other = other or other_of_branch
    return known, other


def _unnamed(instance, schema, base, path):
    if isinstance(instance, list):
        schema, base = _follow(schema, base)
        for at, each in enumerate(instance):
            yield from _unnamed(each, schema.get("items", {}), base, f"{path}/{at}")
    if not isinstance(instance, dict):
        return
    known, other = _known(schema, base)
    for key, value in instance.items():
        if key in known:
            yield from _unnamed(value, *known[key], f"{path}/{key}")
        elif not other:
            yield f"{path}/{key}: not in the contract"


def faults(instance, schema):
    """What is wrong with the instance, a line each; `schema` as reference() makes it."""
    validator = Validator(schema, resolver=_resolver(), format_checker=jsonschema.FormatChecker())
    invalid = ["/".join(map(str, each.absolute_path)) + ": " + each.message
               for each in validator.iter_errors(instance)]
    return invalid or list(_unnamed(instance, schema, schema["$ref"].partition("#")[0], ""))


def property_names(name, pointer):
    return set(_known(reference(name, pointer), "")[0])


def references(node):
    """Every $ref within."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def resolves(name, ref):
    try:
        _target({"$ref": ref}, (PROTO / name).as_uri())
    except jsonschema.RefResolutionError:
        return False
    return True
