"""Hostile OpenAPI documents: parts of the vendor's documents, changed in ways that a generator might not expect.

`make` returns one document for each seed. Half of them change texts (names, enum members, descriptions), the others change
the structure (nesting, references, sizes, types).
"""

from __future__ import annotations

import copy
import json
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cwql_codegen.build import find_specs

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "CANARY"
"""The file or folder that a text creates if Python ever runs it."""

Document = dict[str, Any]
Product = Literal["manage", "automate"]

CODE = (
    f'__import__("os").mkdir("{CANARY}")',
    f"__import__('os').mkdir('{CANARY}')",
    f'open("{CANARY}","w")',
    f"[open('{CANARY}','w')]",
    "exit()",
)
TEXTS = (
    '"', "'", '"""', "'''", "\\", 'a\\"', "a\\'", "ends in \\", 'ends in "', "`", "#", "{", "}", "{0}", "{kind}", "{{}}",
    "%s", "$x", "\n", "\r", "\r\n", "\t", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\x1b[2J", "\x7f", "\ud800", "\udc80x",
    "\u202eabc", "\u2066x\u2069", "\u200b", "\ufeff", "\xa0", "\u3000", "a b", " a", "a ", "", " ", ";", ":", ",", "/", ".", "..",
    "None", "True", "False", "none", "class", "def", "import", "lambda", "print", "exec", "__init__", "__class__", "__getattr__",
    "__dict__", "__slots__", "__all__", "_", "__", "___", "self", "cls", "model_config", "model_fields", "Config", "copy", "get",
    "int", "str", "list", "dict", "bool", "float", "date", "datetime", "UUID", "Any", "Annotated", "Field", "Literal", "OPEN", "Record",
    "BaseModel", "Optional", "Type", "Root", "VERBS", "ROOT", "E0", "L0", "Map", "con", "NUL", "aux.py", "E0Fields", "E0ListFields", "Map_info", "ServiceArea", "field_", "2fa", "²", "٣",
    "ｄｅｆ", "ﬁeld", "É", "E\u0301", "ß", "ſ", "İ", "ı", "K", "日本", "a-b", "a_b", "a.b", "a b", "a+b", "A_B", "import_", "Import",
    "coding: utf-7", "-*- coding: utf_7 -*-", "coding=utf-16", "+AGE-", "../../etc/passwd", "/etc/passwd", "a/b", "C:\\x", "x" * 239, "x" * 300,
    "x" * 100_000, "(" * 300, "[" * 300,
)  # fmt: skip
BREAKOUTS = (
    '"\n{code}\n"', "'\n{code}\n'", '"""\n{code}\n"""', "\n{code}\n#", "\r{code}\r#", '"),{code},("', "'),{code},('", '"],{code},["',
    'x"),{code},Field(alias="y', "{code}", '"+{code}+"', "'+{code}+'", '\\"+{code}+\\"', "{{{code}}}", "`{code}`", '")\n{code}\n("',
    "\u2028{code}\u2028#", "\x0c{code}", "Literal[{code}]", "x | {code}",
)  # fmt: skip
PRINTABLE = tuple(text for text in BREAKOUTS if text.isprintable() and not set(text) & set(" ,:;"))
"""Those that every rule for names allows."""


class Hostile(NamedTuple):
    """A document as it is written to a file, with the changes that were made."""

    product: Product
    changes: tuple[str, ...]
    content: bytes


class Change(NamedTuple):
    """A way to change a document; `weight` is how often it is chosen."""

    apply: Callable[[random.Random, Document], Document | bytes | None]
    weight: int


@cache
def whole(product: Product) -> Document:
    """Return the shipped document of a product."""
    (path,) = (find_specs() / product).glob("*.openapi.json")
    document: Document = json.loads(Path(path).read_text(encoding="utf-8"))
    return document


def make(seed: int) -> Hostile:
    """Return the document of a seed."""
    rng = random.Random(seed)
    product: Product = rng.choice(("manage", "automate"))
    document = part(product, rng)
    names: list[str] = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        family = rng.choice((TEXT_CHANGES, STRUCTURE_CHANGES))
        name = rng.choices(list(family), [change.weight for change in family.values()])[0]
        try:
            made = family[name].apply(rng, document)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # The change before left nothing that this one could change.
            break
        names.append(name)
        if isinstance(made, bytes):
            return Hostile(product, tuple(names), made)
        document = document if made is None else made
    content = json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    return Hostile(product, tuple(names), content)


def part(product: Product, rng: random.Random) -> Document:
    """Return a document with a few paths of the shipped one, and the schemas that they need."""
    source = whole(product)
    paths = {key: source["paths"][key] for key in rng.sample(list(source["paths"]), rng.randint(2, 5))}
    schemas: Document = {}
    waiting: list[Any] = [paths, {key: it for key, it in source["components"].items() if key != "schemas"}]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref", "")
            name = reference.rpartition("/")[2] if reference.startswith("#/components/schemas/") else ""
            if name and name not in schemas:
                schemas[name] = source["components"]["schemas"][name]
                waiting.append(schemas[name])
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return copy.deepcopy({**source, "paths": paths, "components": {**source["components"], "schemas": schemas}})


def text(rng: random.Random) -> str:
    """Return a hostile text; about half of them pass the rules for names, so that they reach the generators."""
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(TEXTS)
    if kind < 0.6:
        return rng.choice(PRINTABLE).replace("{code}", rng.choice(CODE[:2]))
    if kind < 0.8:
        return rng.choice(BREAKOUTS).replace("{code}", rng.choice(CODE))
    return "".join(rng.choice((*TEXTS[:40], "a", "B", "0", "_", " ")) for _ in range(rng.randint(1, 6)))


def _schemas(document: Document) -> Document:
    components = document.setdefault("components", {})
    schemas: Document = components.setdefault("schemas", {})
    if not schemas:
        schemas["Thing"] = {"type": "object", "properties": {"id": {"type": "integer"}}}
    return schemas


def _record(rng: random.Random, document: Document) -> Document:
    """Return the properties of a schema, which get at least one."""
    record = rng.choice(list(_schemas(document).values()))
    properties: Document = record.setdefault("properties", {})
    properties.setdefault("id", {"type": "integer"})
    return properties


def _operation(rng: random.Random, document: Document) -> Document:
    items = [item for item in document["paths"].values() if isinstance(item, dict)]
    operations = [it for item in items for key, it in item.items() if key in ("get", "post", "put", "patch", "delete")]
    operation: Document = rng.choice(operations)
    return operation


# --- texts -------------------------------------------------------------------------------------------------------------


def _version(rng: random.Random, document: Document) -> None:
    document["info"]["version"] = text(rng)


def _prose(rng: random.Random, document: Document) -> None:
    for _ in range(5):
        target = rng.choice([document["info"], document, _record(rng, document)["id"], _operation(rng, document)])
        for key in ("title", "description", "summary", "pattern", "example", "default", "x-note", "discriminator"):
            target[key] = (
                {"propertyName": text(rng), "mapping": {text(rng): text(rng)}} if key == "discriminator" else text(rng)
            )


def _schema_name(rng: random.Random, document: Document) -> Document:
    old = rng.choice(list(_schemas(document)))
    new = text(rng)
    pointer = new.replace("~", "~0").replace("/", "~1")

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: f"#/components/schemas/{pointer}"
                if key == "$ref" and inner == f"#/components/schemas/{old}"
                else renamed(inner)
                for key, inner in value.items()
            }
        return list(map(renamed, value)) if isinstance(value, list) else value

    schemas = {new if name == old else name: renamed(schema) for name, schema in _schemas(document).items()}
    changed: Document = renamed(document)
    changed["components"]["schemas"] = schemas
    return changed


def _more_schemas(rng: random.Random, document: Document) -> None:
    schemas = _schemas(document)
    names = [text(rng) for _ in range(rng.randint(1, 12))]
    for name in names:
        schemas[name] = {"type": "object", "properties": {text(rng): {"type": "string"}, "id": {"type": "integer"}}}
    properties = _record(rng, document)
    for number, name in enumerate(names):
        pointer = name.replace("~", "~0").replace("/", "~1")
        properties[rng.choice((f"more{number}", name))] = {"$ref": f"#/components/schemas/{pointer}"}


def _members(rng: random.Random, document: Document) -> None:
    properties = _record(rng, document)
    kinds: tuple[Document, ...] = (
        {"type": "string"},
        {"type": "integer"},
        {"type": "string", "format": "date"},
        {"enum": ["A", "B"]},
        {},
        {"type": "number"},
    )
    for _ in range(rng.randint(1, 6)):
        properties[text(rng)] = rng.choice(kinds)


def _enum_members(rng: random.Random, document: Document) -> None:
    members = [rng.choice((text(rng), "A", "B", 1, 1.5, True, None)) for _ in range(rng.randint(1, 5))]
    schemas = _schemas(document)
    schemas["Kind"] = {"type": "string", "enum": members}
    properties = _record(rng, document)
    properties["kind"] = rng.choice(({"$ref": "#/components/schemas/Kind"}, {"type": "string", "enum": members}))


def _parameters(rng: random.Random, document: Document) -> None:
    place = rng.choice(("query", "path", "header", "cookie", text(rng)))
    parameter = {"name": text(rng), "in": place, "schema": {"type": "string", "default": text(rng)}}
    _operation(rng, document).setdefault("parameters", []).append(parameter)


def _operation_texts(rng: random.Random, document: Document) -> None:
    operation = _operation(rng, document)
    for key, value in (("operationId", text(rng)), ("tags", [text(rng)]), ("summary", text(rng))):
        if rng.random() < 0.6:
            operation[key] = value


def _paths(rng: random.Random, document: Document) -> None:
    key = rng.choice(list(document["paths"]))
    item = document["paths"][key]
    steps = [
        text(rng),
        f"/{text(rng)}",
        f"{key}/{text(rng)}",
        f"{key}/{{{text(rng)}}}",
        f"/{text(rng)}{key}",
        f"{key}//",
        "/",
    ]
    if rng.random() < 0.3 and isinstance(item, dict):
        item["x-path"] = rng.choice(steps)
    else:
        document["paths"][rng.choice(steps)] = copy.deepcopy(item)


def _media_types(rng: random.Random, document: Document) -> None:
    content = {text(rng): {"schema": {"type": rng.choice(("string", "object"))}}, "application/json": {}}
    _operation(rng, document)["responses"] = {rng.choice(("200", "2XX", "default", text(rng))): {"content": content}}


def _formats(rng: random.Random, document: Document) -> None:
    _record(rng, document)[f"format{rng.random()}"] = {
        "type": rng.choice(("string", "integer", text(rng))),
        "format": text(rng),
        "pattern": text(rng),
        "maxLength": rng.choice((0, -1, 5, 2**31, 2**70, 10**400)),
    }


def _collisions(rng: random.Random, document: Document) -> None:
    signs = "-+. !$%&()*=@^~"
    properties = _record(rng, document)
    for number in range(rng.choice((2, 8, 9, 40))):
        properties[f"a{signs[number % len(signs)] * (1 + number // len(signs))}b"] = {"type": "string"}
    for name in ("A.Thing", "B.Thing", "THING", "thing", "T-hing", "T_hing", "Thing_", "1Thing"):
        _schemas(document)[name] = {"type": "object", "properties": {"id": {"type": "string"}}}


# --- structure ---------------------------------------------------------------------------------------------------------


def _nested_types(rng: random.Random, document: Document) -> None:
    value: Document = {"type": "string"}
    for _ in range(rng.choice((5, 19, 20, 21, 100, 300))):
        value = rng.choice(
            ({"type": "array", "items": value}, {"type": "object", "additionalProperties": value}, {"allOf": [value]})
        )
    _record(rng, document)["deep"] = value


def _all_of(rng: random.Random, document: Document) -> None:
    schemas = _schemas(document)
    length = rng.choice((3, 19, 25, 200, 1500))
    for number in range(length):
        bases = [f"Chain{number + 1}"] * rng.choice((1, 1, 2))
        schemas[f"Chain{number}"] = {
            "allOf": [{"$ref": f"#/components/schemas/{base}"} for base in bases],
            "properties": {f"m{number}": {"type": "string"}},
        }
    schemas[f"Chain{length}"] = rng.choice(({"type": "object"}, {"allOf": [{"$ref": "#/components/schemas/Chain0"}]}))


def _inline_all_of(rng: random.Random, document: Document) -> None:
    value: Document = {"type": "object", "properties": {"x": {"type": "string"}}}
    for _ in range(rng.choice((5, 20, 100, 300))):
        value = {"allOf": [value, {"type": "object"}]}
    _schemas(document)["Inline"] = value


def _circles(rng: random.Random, document: Document) -> None:
    schemas = _schemas(document)
    length = rng.randint(1, 5)
    for number in range(length):
        target = {"$ref": f"#/components/schemas/Circle{(number + 1) % length}"}
        schemas[f"Circle{number}"] = rng.choice(
            (
                target,
                {"type": "array", "items": target},
                {"allOf": [target]},
                {"type": "object", "properties": {"it": target}},
            )
        )
    _record(rng, document)["circle"] = {"$ref": "#/components/schemas/Circle0"}


def _references(rng: random.Random, document: Document) -> None:
    targets = (
        "http://127.0.0.1:9/x.json#/a", "https://localhost/x", "file:///etc/passwd", "other.json#/x", "", "#", "#/", "#/paths", "#/info/version",
        "#/components/schemas/", "#/components/schemas/~", "#/components/schemas/%00", "#/paths/0", "#/servers/9" + "9" * 5000, "#/servers/٣",
        "#/components/schemas/" + text(rng), "//x", "\\\\host\\share",
    )  # fmt: skip
    target = {"$ref": rng.choice(targets)}
    operation = _operation(rng, document)
    for change in rng.sample(range(5), 2):
        match change:
            case 0:
                _record(rng, document)["reference"] = target
            case 1:
                operation.setdefault("parameters", []).append(target)
            case 2:
                operation["requestBody"] = target
            case 3:
                operation["responses"] = {"200": target}
            case _:
                document["paths"]["/reference"] = target


def _record_chain(rng: random.Random, document: Document) -> None:
    schemas = _schemas(document)
    length = rng.choice((10, 30, 45, 80, 300))
    closed = rng.random() < 0.5
    for number in range(length):
        following = (number + 1) % length if closed else min(number + 1, length - 1)
        schemas[f"Link{number}"] = {"properties": {"next": {"$ref": f"#/components/schemas/Link{following}"}}}


def _wrong_type(rng: random.Random, document: Document) -> None:
    odd: tuple[Any, ...] = (
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        "",
        "text",
        [],
        {},
        [[]],
        [None],
        {"$ref": 5},
        {"$ref": None},
        {"": ""},
    )
    for _ in range(rng.randint(1, 3)):
        here: Any = document
        for _ in range(rng.randint(1, 9)):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = rng.choice(keys)
            if not isinstance(here[key], dict | list) or not here[key] or rng.random() < 0.15:
                here[key] = rng.choice(odd)
                break
            here = here[key]


def _enum_everywhere(rng: random.Random, document: Document) -> None:
    """A large enum that many members refer to: expanded, it is a hundred times as large as the document."""
    _schemas(document)["Large"] = {
        "type": "string",
        "enum": [f"{number}{'x' * 100}" for number in range(rng.choice((50, 3000)))],
    }
    properties = _record(rng, document)
    for number in range(rng.choice((50, 3000))):
        properties[f"large{number}"] = {"$ref": "#/components/schemas/Large"}


def _base_everywhere(rng: random.Random, document: Document) -> None:
    """A large base of many schemas, or a large path item of many paths."""
    size = rng.choice((20, 1000))
    schemas = _schemas(document)
    schemas["Base"] = {"properties": {f"member{number}": {"type": "string"} for number in range(size)}}
    for number in range(size):
        schemas[f"Derived{number}"] = {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {}}]}


def _path_item_everywhere(rng: random.Random, document: Document) -> None:
    size = rng.choice((20, 2000))
    parameters = [{"name": f"p{number}", "in": "query", "schema": {"type": "string"}} for number in range(size)]
    document["x-item"] = {"parameters": parameters, "get": {"responses": {}}}
    for number in range(size):
        document["paths"][f"/many{number}"] = {"$ref": "#/x-item"}


def _double(rng: random.Random, document: Document) -> None:
    """Each level names the next one twice: 2 to the power of the number of levels."""
    schemas = _schemas(document)
    for number in range(19):
        target = {"$ref": f"#/components/schemas/Double{number + 1}"}
        schemas[f"Double{number}"] = {"allOf": [target, target]}
    schemas["Double19"] = {"properties": {"x": {"type": "string"}}}


def _many(rng: random.Random, document: Document) -> None:
    size = rng.choice((500, 12_000))
    if rng.random() < 0.5:
        _schemas(document).update(
            {f"Many{number}": {"properties": {"id": {"type": "integer"}}} for number in range(size)}
        )
    else:
        document["paths"].update({f"/many{number}": {"get": {"responses": {}}} for number in range(size)})


def _numbers(rng: random.Random, document: Document) -> bytes:
    _record(rng, document)["number"] = {"type": "string", "maxLength": "NUMBER"}
    number = rng.choice(("9" * 5000, "NaN", "Infinity", "-Infinity", "1e999", "-0", "1.5", "9" * 40))
    return json.dumps(document).replace('"NUMBER"', number).encode()


def _broken(rng: random.Random, document: Document) -> bytes:
    content = json.dumps(document).encode()
    match rng.randrange(5):
        case 0:
            return content[: rng.randrange(len(content))]
        case 1:
            return bytes(rng.randrange(256) for _ in range(rng.randint(0, 200)))
        case 2:
            place = rng.randrange(len(content))
            return content[:place] + bytes([rng.randrange(256)]) + content[place + 1 :]
        case 3:
            return b"[" * rng.choice((900, 5000, 1_000_000))
        case _:
            return content[:-1] + b',"x":' + b'{"a":' * 3000 + b"1" + b"}" * 3001


def _raw_nesting(rng: random.Random, document: Document) -> bytes:
    depth = rng.choice((100, 300, 900))
    deep = b'{"items":' * depth + b"{}" + b"}" * depth
    place = rng.choice((b'"x":', b'"openapi":', b'"info":', b'"components":'))
    return json.dumps(document).encode()[:-1] + b"," + place + deep + b"}"


def _huge(rng: random.Random, document: Document) -> bytes:
    size = 100 * 2**20
    content = json.dumps(document).encode()[:-1] + b',"x":'
    match rng.randrange(4):
        case 0:
            return content + b'"' + b"x" * size + b'"}'
        case 1:
            return content + b"[" + b"[]," * (size // 3) + b"[]]}"
        case 2:
            return content + b" " * size + b"1}"
        case _:
            # Below the limit of bytes, above that of values.
            return content + b"[" + b"{}," * (20 * 2**20 // 3) + b"{}]}"


TEXT_CHANGES = {
    "version": Change(_version, 2),
    "prose": Change(_prose, 2),
    "schema name": Change(_schema_name, 4),
    "more schemas": Change(_more_schemas, 4),
    "members": Change(_members, 6),
    "enum members": Change(_enum_members, 3),
    "parameters": Change(_parameters, 3),
    "operation texts": Change(_operation_texts, 3),
    "paths": Change(_paths, 3),
    "media types": Change(_media_types, 2),
    "formats": Change(_formats, 2),
    "collisions": Change(_collisions, 3),
}
STRUCTURE_CHANGES = {
    "nested types": Change(_nested_types, 10),
    "allOf": Change(_all_of, 10),
    "inline allOf": Change(_inline_all_of, 5),
    "circles": Change(_circles, 10),
    "references": Change(_references, 15),
    "record chain": Change(_record_chain, 8),
    "wrong type": Change(_wrong_type, 25),
    "enum everywhere": Change(_enum_everywhere, 3),
    "base everywhere": Change(_base_everywhere, 2),
    "path item everywhere": Change(_path_item_everywhere, 2),
    "double": Change(_double, 2),
    "many": Change(_many, 3),
    "numbers": Change(_numbers, 6),
    "broken": Change(_broken, 8),
    "raw nesting": Change(_raw_nesting, 6),
    "100 MB": Change(_huge, 1),
}
