"""The description of the API as a page: `python -m serving.reference > docs/api.md`."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.settings import Settings
from serving.app import create_app
from serving.meters import new_meters

Json = Mapping[str, Any]

HOST = "http://localhost:3000"
BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "above {}",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
}


def reference_page() -> str:
    """Every route with its parameters and an example, then every model, as Markdown."""
    app = create_app(Settings, lambda: datetime.min, new_meters(), Path())
    return "\n".join(_lines(app.openapi())) + "\n"


def _lines(api: Json) -> Iterator[str]:
    yield from ("# API", "", "Written by `python -m serving.reference`.", "")
    yield api["info"]["description"].strip()
    tag = ""
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                yield from ("", f"## {tag}")
            yield from _operation(f"{method.upper()} {path}", operation)
    yield from ("", "## Models")
    for name, schema in sorted(api["components"]["schemas"].items()):
        if schema.get("properties"):
            yield from _model(name, schema)


def _operation(call: str, operation: Json) -> Iterator[str]:
    yield from ("", f"### {call}", "", operation["description"].strip())
    parameters = operation.get("parameters", [])
    if parameters:
        yield from ("", "| parameter | in | type | meaning |", "|---|---|---|---|")
        for given in parameters:
            meaning = given.get("description", "")
            yield _row(f"`{given['name']}`", given["in"], _type(given["schema"]), meaning)
    body = _content(operation.get("requestBody", {}))
    if body:
        yield from ("", f"Body: {_type(body['schema'])}.")
    answer = operation["responses"].get("200", {}).get("content", {})
    kinds = [f"`{kind}` {_type(found['schema'])}".strip() for kind, found in answer.items()]
    yield from ("", f"Answer: {', '.join(kinds)}.")
    bodies = [example["value"] for example in body.get("examples", {}).values()]
    yield from ("", "```", _curl(call, parameters, *bodies[:1]), "```")


def _model(name: str, schema: Json) -> Iterator[str]:
    yield from ("", f"### {name}", "", schema.get("description", "").strip(), "")
    yield from ("| field | type | meaning |", "|---|---|---|")
    for field, found in schema["properties"].items():
        mark = "*" if field in schema.get("required", ()) else ""
        yield _row(f"`{field}`{mark}", _type(found), found.get("description", ""))


def _content(answer: Json) -> Json:
    content: Json = answer.get("content", {}).get("application/json", {})
    return content


def _type(schema: Json) -> str:
    """What a value may be, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " or ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        kind = f"list of {_type(schema['items'])}" if "items" in schema else "list"
    elif schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        kind = f"object of {_type(schema['additionalProperties'])}"
    else:
        kind = str(schema.get("format") or schema.get("type", "any"))
    bounds = [text.format(schema[name]) for name, text in BOUNDS.items() if name in schema]
    return ", ".join([kind, *bounds])


def _curl(call: str, parameters: Sequence[Json], *bodies: Any) -> str:
    """A line for a shell whose `$KEY` is a key; what stands in a path is an example."""
    method, path = call.split()
    for given in parameters:
        if given["in"] == "path":
            path = path.replace(f"{{{given['name']}}}", given["schema"]["examples"][0])
    words = ["curl", *([] if method == "GET" else ["-X", method]), HOST + path]
    line = f'{shlex.join(words)} -H "Authorization: Bearer $KEY"'
    for body in bodies:
        text = json.dumps(body, ensure_ascii=False)
        line += f" -H 'Content-Type: application/json' -d {shlex.quote(text)}"
    return line


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |"


if __name__ == "__main__":
    print(reference_page(), end="")
