"""Judges logged REST calls and their answers by Discord's own OpenAPI specification."""

import json
import os
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from jsonschema import Draft202012Validator

VARIABLE = "EASEL_DISCORD_OPENAPI"
API = "/api/v10"


def spec_path():
    """The specification's file, or None where the environment names none."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def problems(log, path):
    """What in `log` does not conform, each kind of fault once, with how often it occurs.

    Args:
        log: entries as `GET /sandbox/log` gives them.
        path: the specification's JSON file.
    """
    found = Counter()
    for entry in log:
        found.update(_judge(entry, _spec(Path(path))))
    return [f"{count} x {fault}" for fault, count in found.items()]


class Spec:
    """The specification, its paths ready to match."""

    def __init__(self, raw):
        _loosen(raw["components"]["schemas"])
        _loosen(raw["paths"])
        # The API takes numbers for ids, and discord.py sends them.
        raw["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        self.components = raw["components"]
        self._validators = {}
        # The most literal paths first: /users/@me before /users/{id}.
        ordered = sorted(raw["paths"].items(), key=lambda item: item[0].count("{"))
        self.routes = [(_pattern(path), path, operations) for path, operations in ordered]

    def find(self, method, path):
        for pattern, name, operations in self.routes:
            if method.lower() in operations and pattern.fullmatch(path):
                return name, operations, operations[method.lower()]
        return None

    def validator(self, *steps):
        """The validator of the schema that stands at `steps`, a path name and keys below it."""
        if steps not in self._validators:
            self._validators[steps] = self._make(steps)
        return self._validators[steps]

    def _make(self, steps):
        node = next(operations for _, name, operations in self.routes if name == steps[0])
        for step in steps[1:]:
            node = node.get(step) or {}
        schema = node.get("content", {}).get("application/json", {}).get("schema")
        return Draft202012Validator({"allOf": [schema], "components": self.components}) if schema else None


@lru_cache(maxsize=2)
def _spec(path):
    return Spec(json.loads(path.read_text()))


def _loosen(node):
    """The unions overlap, as the specification's own README says: one that fits is enough."""
    if isinstance(node, dict):
        if "oneOf" in node:
            node["anyOf"] = node.pop("oneOf")
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            _loosen(child)


def _pattern(path):
    return re.compile(re.escape(API) + "/".join(_segment(part) for part in path.split("/")))


def _segment(part):
    return "[^/]+" if part.startswith("{") else re.escape(part)


def _judge(entry, spec):
    found = spec.find(entry["method"], entry["path"])
    if found is None:
        if entry["status"] < 400:
            yield f"{entry['method']} {re.sub(r'[0-9]{6,}', '{id}', entry['path'])}: not in the specification"
        return
    name, operations, operation = found
    where = f"{entry['method']} {name}"
    known = {p["name"] for p in [*operations.get("parameters", []), *operation.get("parameters", [])]}
    yield from (f"{where}: unknown query {key}" for key in entry["query"] if key not in known)
    if entry["status"] >= 400:
        yield from _judge_refusal(entry, where)
        return
    yield from _judge_response(entry, spec, name, operation, where)
    if entry["payload"]:
        validator = spec.validator(name, entry["method"].lower(), "requestBody")
        if validator is None:
            yield f"{where}: has a body, and should have none"
        else:
            yield from _faults(validator, entry["payload"], f"{where} request")


def _judge_response(entry, spec, name, operation, where):
    status = str(entry["status"])
    if status not in operation["responses"]:
        yield f"{where}: answered {status}, allowed are {sorted(operation['responses'])}"
    elif entry.get("response") is not None:
        validator = spec.validator(name, entry["method"].lower(), "responses", status)
        if validator:
            yield from _faults(validator, entry["response"], f"{where} response")


def _judge_refusal(entry, where):
    error = entry.get("error") or {}
    if not isinstance(error.get("message"), str) or (entry["status"] != 429 and not isinstance(error.get("code"), int)):
        yield f"{where}: refused without message and code"


def _faults(validator, value, where):
    for error in validator.iter_errors(value):
        leaf = _leaf(error)
        yield f"{where}: {'/'.join(map(str, leaf.absolute_path))}: {leaf.message[:200]}"


def _leaf(error):
    """Of a union that does not fit, blame the branch whose tag does."""
    while error.context:
        branches = {}
        for child in error.context:
            branches.setdefault(child.schema_path[0], []).append(child)
        fitting = [found for found in branches.values() if not any(_mistagged(child) for child in found)]
        error = (fitting or [min(branches.values(), key=len)])[0][0]
    return error


def _mistagged(error):
    return error.validator in {"enum", "const", "type"} and len(error.path) <= 1
