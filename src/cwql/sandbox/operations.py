"""What operations do with records: `Actions` lists, counts, reads, creates, replaces, patches and deletes them.

Nothing here knows a record by name, but for what servers do with tickets and files (`cwql.sandbox.tickets`, `documents`) and what is
known of actions (`effects`): everything follows from the catalog's description of an operation. Any other action (importing,
generating, testing a connection) has its body checked and answers with a record of the described kind.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cwql.sandbox import tickets
from cwql.sandbox.attachments import DOWNLOAD, PLACE, Documents
from cwql.sandbox.attachments import RECORD as ATTACHED
from cwql.sandbox.bodies import apply, check
from cwql.sandbox.examples import make_specimen, specimen_value
from cwql.sandbox.listing import Pages
from cwql.sandbox.lookup import Finder, missing
from cwql.sandbox.messages import Notice, Refusal, Reply, read_json, reply_json
from cwql.sandbox.search import read_search, show
from cwql.sandbox.side_effects import CREATED, DELETED, UPDATED, Change, find_effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row, Store

REFERRED = {
    "ServiceStatusReference": "BoardStatus",
    "ServiceTypeReference": "BoardType",
    "ServiceSubTypeReference": "BoardSubType",
    "ServiceItemReference": "BoardItem",
    "ServiceTeamReference": "BoardTeam",
}
"""The kinds of record behind references that are named otherwise."""

_MEDIA = ("application/octet-stream", "application/pdf", "image/", "text/html", "multipart/")


class Actions:
    """Carry out operations on a store. `clock` gives the time in seconds since 1970, `member` who asks."""

    def __init__(self, store: Store, contract: str, clock: Callable[[], float], member: str) -> None:
        self._store = store
        self._contract = contract
        self._clock = clock
        self._member = member
        self._finder = Finder(store)
        self._pages = Pages(store, self._finder, contract)
        self._documents = Documents(store)

    def run(self, route: Route, request: Request) -> Reply:
        """Answer a request. Raises Refusal."""
        match route.operation.method:
            case "GET":
                return self._get(route, request)
            case "POST":
                return self._post(route, request)
            case "PUT":
                return self._put(route, request)
            case "PATCH":
                return self._patch(route, request)
            case "DELETE":
                return self._delete(route, request)

    # --- reading ---------------------------------------------------------------------------------------------------

    def _get(self, route: Route, request: Request) -> Reply:
        reply = route.operation.reply
        if route.endpoint.key == DOWNLOAD:
            return self._documents.download(self._documents.find(route.steps[-1].value))
        if reply is None or reply.type is None or reply.type.kind == "bytes":
            return _binary(route)
        if reply.record is None or reply.type.kind == "map":
            return self._result(route)
        if reply.record == "Count" and route.last == "count":
            return self._pages.count(route, request)
        if reply.listed:
            return self._pages.list(route, request, request.parameter)
        source, row = self._find(route, reply.record)
        document = make_specimen(route.catalog, reply.record) if row is None else row.document
        if route.endpoint.key == "system/info" and row is None:
            document = {"version": f"v{route.catalog.version}", "isCloud": False, "serverTimeZone": "UTC"}
        search = read_search(route.server, source, _fields_only(request), self._contract)
        return reply_json(show(self._pages.view(route, source, document), search))

    def _find(self, route: Route, record: str) -> tuple[str, Row | None]:
        """Return the record that a path is about. None stands for one that is always there, such as a setting."""
        product = route.server.product
        if route.is_item:
            return record, self._finder.item(product, record, route.steps[-1].value)
        source = self._finder.source(route, record)
        if source != record and route.steps:
            return source, self._finder.item(product, source, route.steps[-1].value)
        rows = self._store.find(product, record, self._finder.parent(product, route.steps), limit=1)
        return record, rows[0] if rows else None

    # --- writing ---------------------------------------------------------------------------------------------------

    def _post(self, route: Route, request: Request) -> Reply:
        body, reply = route.operation.body, route.operation.reply
        if route.last == "search" and reply is not None and reply.listed:
            return self._search(route, request)
        if route.endpoint.key == PLACE and request.header("content-type").lower().startswith("multipart/"):
            row = self._documents.add(request, self._now(), self._member)
            return self._done(route, row.document, 201, [])
        if body is None or body.record is None or any(kind.startswith("multipart") for kind in body.media_types):
            return self._perform(route, request)
        if body.listed and reply is not None and reply.status == 207:
            return self._bulk(route, _list_of(read_json(request.body)))
        above = route.endpoint.record if route.endpoint.listed else None
        if reply is None or body.record != reply.record or body.listed or route.is_item:
            return self._perform(route, request)
        single = route.catalog.find_endpoint(f"{route.operation.path.rstrip('/')}/{{id}}")
        # What is created can be read again: in the list, or by itself.
        readable = single is not None and single.record == body.record
        if not readable and (above not in (None, body.record) or (above is None and reply.status != 201)):
            return self._perform(route, request)
        document = check(route.catalog, body.record, read_json(request.body))
        row = self._create(route, body.record, document)
        return self._done(route, row.document, reply.status or 201, [self._notice(route, body.record, row, CREATED)])

    def _create(
        self, route: Route, record: str, document: dict[str, Any], *, above: int | None = None, key: int | None = None
    ) -> Row:
        """Store a new record under the placeholders of the path, or the first `above` of them; with `key`, if that is free."""
        product = route.server.product
        info = route.catalog.record(record)
        key_field = info.find("id")
        if key_field is not None:
            if key is not None and self._store.get(product, record, key) is not None:
                key = None
            # The store gives the key; it stands first, as servers send it.
            document = {key_field.name: key, **{k: v for k, v in document.items() if k != key_field.name}}
        self._stamp(route, record, document, created=True)
        if record in tickets.RECORDS:
            tickets.settle(self._store, document, None, self._now(), self._member)
        self._complete(route, record, document)
        parent = self._finder.parent(product, route.steps[:above])
        (key,) = self._store.add(product, info.name, [document], parent)
        row = self._store.get(product, info.name, key)
        assert row is not None
        return row

    def _search(self, route: Route, request: Request) -> Reply:
        body = read_json(request.body) if request.body.strip() else {}
        if not isinstance(body, dict):
            raise Refusal(400, "ConnectWiseApi", "The request body is not an object of type 'FilterValues'.")
        known = {"conditions", "orderby", "childconditions", "customfieldconditions"}
        members: dict[str, str] = {}
        for name, value in body.items():
            if name.lower() not in known:
                message = f"Could not find member '{name[:60]}' on object of type 'FilterValues'."
                raise Refusal(400, "ConnectWiseApi", message)
            if value is not None and not isinstance(value, str):
                raise Refusal(400, "ConnectWiseApi", f"Error converting the value of '{name}' to type 'String'.")
            members[name.lower()] = value or ""

        def read(*names: str) -> str | None:
            for name in names:
                if name.lower() in known:
                    return members.get(name.lower())
            return request.parameter(*names)

        return self._pages.list(route, request, read)

    def _bulk(self, route: Route, items: list[Any]) -> Reply:
        """Create or replace each item by itself: one that is refused does not stop the others."""
        body = route.operation.body
        assert body is not None
        assert body.record is not None
        results: list[dict[str, Any]] = []
        notices = []
        for item in items:
            try:
                document = check(route.catalog, body.record, item, required=route.operation.method == "POST")
                key = document.get("id")
                if route.operation.method == "POST":
                    row = self._create(route, body.record, document)
                else:
                    row = self._replace(
                        route, body.record, self._finder.item(route.server.product, body.record, str(key)), document
                    )
                notices.append(self._notice(route, body.record, row, CREATED))
                results.append(
                    {
                        "id": row.key,
                        "statusCode": 201 if route.operation.method == "POST" else 200,
                        "data": row.document,
                    }
                )
            except Refusal as refusal:
                results.append(
                    {"statusCode": refusal.status, "error": {"code": refusal.code, "message": refusal.message}}
                )
        reply = reply_json({"payload": results}, 207)
        reply.notices = notices
        return reply

    def _put(self, route: Route, request: Request) -> Reply:
        body, reply = route.operation.body, route.operation.reply
        if body is not None and body.listed and reply is not None and reply.status == 207:
            return self._bulk(route, _list_of(read_json(request.body)))
        if (
            body is None
            or reply is None
            or body.record is None
            or body.listed
            or (reply.listed and not route.is_item)
            or body.record != reply.record
        ):
            return self._perform(route, request)
        old = self._find(route, body.record)[1]
        document = check(route.catalog, body.record, read_json(request.body))
        if old is None:
            row = self._create(route, body.record, document)
        else:
            row = self._replace(route, body.record, old, document)
        return self._done(route, row.document, 200, [self._notice(route, body.record, row, UPDATED)])

    def _replace(self, route: Route, record: str, old: Row, document: dict[str, Any]) -> Row:
        before = old.document
        for name in ("_info",):
            if name in before:
                document[name] = before[name]
        self._stamp(route, record, document, created=False)
        if record in tickets.RECORDS:
            tickets.settle(self._store, document, before, self._now(), self._member)
        self._complete(route, record, document)
        self._store.replace(route.server.product, record, old.key, document)
        row = self._store.get(route.server.product, record, old.key)
        if row is None:
            raise missing(record, str(old.key))
        return row

    def _patch(self, route: Route, request: Request) -> Reply:
        reply = route.operation.reply
        record = reply.record if reply is not None else None
        if record is None or route.operation.body is None or (reply is not None and reply.listed and not route.is_item):
            return self._perform(route, request)
        operations = read_json(request.body)
        source, old = self._find(route, record)
        if not route.is_item and old is None and route.steps:
            # An action below a record, such as …/{id}/changeType: the record above is what is patched.
            old = self._finder.item(route.server.product, record, route.steps[-1].value)
        before = make_specimen(route.catalog, record) if old is None else old.document
        patched, touched = apply(route.catalog, source, before, operations)
        document = check(route.catalog, source, patched, only=touched, required=False)
        self._refuse_emptied(route, source, document, touched)
        if old is None:
            row = self._create(route, source, document)
        else:
            row = self._replace(route, source, old, document)
        return self._done(route, row.document, 200, [self._notice(route, source, row, UPDATED)])

    def _refuse_emptied(self, route: Route, record: str, document: dict[str, Any], touched: set[str]) -> None:
        names = {name.lower() for name in touched}
        for field in route.catalog.record(record).fields():
            if field.required and field.name.lower() in names and document.get(field.name) in (None, ""):
                message = f"{field.name} is required"
                raise Refusal(
                    400, "RequiredFieldMissing", message, errors=(("RequiredFieldMissing", message, field.name),)
                )

    def _delete(self, route: Route, request: Request) -> Reply:
        endpoint, product = route.endpoint, route.server.product
        above = route.sibling()
        # What GET does not give by itself is known from its list.
        record = endpoint.record or (above.record if above is not None and above.listed else None)
        if not route.is_item or record is None or endpoint.listed:
            return self._perform(route, request)
        row = self._finder.item(product, record, route.steps[-1].value)
        if not self._store.delete(product, record, row.key):
            raise missing(record, str(row.key))
        if record == ATTACHED:
            self._documents.remove(row)
        reply = self._result(route, row.document)
        reply.notices = [self._notice(route, record, row, DELETED)]
        return reply

    def _perform(self, route: Route, request: Request) -> Reply:
        """Check the body of an action, do what is known of it (`cwql.sandbox.side_effects`), and answer as described."""
        body = route.operation.body
        given: dict[str, Any] | None = None
        multipart = request.header("content-type").lower().startswith("multipart/")
        if (
            body is not None
            and body.type is not None
            and not multipart
            and (request.body.strip() or body.type.required)
        ):
            content = read_json(request.body)
            if body.listed:
                content = _list_of(content)
            if body.record is not None and body.record != "PatchOperation":
                for item in content if body.listed else [content]:
                    given = check(route.catalog, body.record, item)
        for place, step in enumerate(route.steps):
            self._finder.require(route.server.product, route.steps[place : place + 1] if step.value else ())
        reply = route.operation.reply
        effect = find_effect(route)
        changes = effect(_Records(self), route, given or {}) if effect is not None else []
        same = body is not None and reply is not None and body.record == reply.record
        if changes and reply is not None and changes[-1].record == reply.record:
            given, same = changes[-1].row.document, True
        answer = self._result(route, given if same else None)
        answer.notices = [self._notice(route, change.record, change.row, change.action) for change in changes]
        return answer

    def _result(self, route: Route, document: dict[str, Any] | None = None) -> Reply:
        """Answer with what the operation describes: nothing, a plain value, a record, a list."""
        reply = route.operation.reply
        status = reply.status if reply is not None and reply.status else 200
        if reply is None or reply.type is None or status == 204:
            return Reply(204 if status in (200, 204) and not (reply and reply.type) else status)
        if reply.type.kind == "collection":
            return reply_json([document] if document else [], status)
        if reply.record == "SuccessResponse":
            return reply_json({"success": True, "message": ""}, status)
        if reply.record is not None:
            return reply_json(document or make_specimen(route.catalog, reply.record), status)
        if reply.type.kind == "datetime":
            return reply_json(self._now(), status)
        if reply.type.kind == "any":
            return reply_json([] if route.operation.method == "GET" else {}, status)
        return reply_json(specimen_value(reply.type), status)

    def _done(self, route: Route, document: dict[str, Any], status: int, notices: list[Notice]) -> Reply:
        described = route.operation.reply
        reply = reply_json([document] if described is not None and described.listed else document, status)
        reply.notices = notices
        return reply

    def _notice(self, route: Route, record: str, row: Row, action: str) -> Notice:
        return Notice(route.server.product, record, row.key, action, row.text)

    # --- what servers add ------------------------------------------------------------------------------------------

    def _now(self) -> str:
        return f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _stamp(self, route: Route, record: str, document: dict[str, Any], *, created: bool) -> None:
        """Write down who changed a record and when, where records of that kind show it."""
        if route.catalog.record(record).find("_info") is None:
            return
        info = document.get("_info")
        stamp = dict(info) if isinstance(info, dict) else {}
        now = self._now()
        if created:
            stamp |= {"dateEntered": now, "enteredBy": self._member}
        document["_info"] = stamp | {"lastUpdated": now, "updatedBy": self._member}

    def _complete(self, route: Route, record: str, document: dict[str, Any]) -> None:
        """Give references that name an id only the name and identifier of what they refer to."""
        for field in route.catalog.record(record).fields():
            value = document.get(field.name)
            if field.kind != "reference" or field.target is None or not isinstance(value, dict):
                continue
            key = value.get("id", value.get("Id"))
            stored = REFERRED.get(field.target) or field.target.removesuffix("Reference")
            if not isinstance(key, int) or isinstance(key, bool) or stored == field.target or not 0 <= key < 2**63:
                continue
            row = self._store.get(route.server.product, stored, key) if route.catalog.find_record(stored) else None
            if row is not None:
                found = row.document
                for name in route.catalog.record(field.target).names:
                    if name not in value and found.get(name) is not None and name != "_info":
                        value[name] = found[name]


class _Records:
    """Read and write for the effects of actions, as requests do."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def read(self, route: Route, record: str, value: str) -> Row:
        return self._actions._finder.item(route.server.product, record, value)

    def change(self, route: Route, record: str, row: Row, members: dict[str, Any]) -> Change:
        return Change(record, self._actions._replace(route, record, row, row.document | members), UPDATED)

    def create(self, route: Route, record: str, document: dict[str, Any], key: int | None = None) -> Change:
        return Change(record, self._actions._create(route, record, document, above=-1, key=key), CREATED)

    def delete(self, route: Route, record: str, row: Row) -> Change:
        self._actions._store.delete(route.server.product, record, row.key)
        return Change(record, row, DELETED)


def _list_of(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal(400, "InvalidArgument", "The request body is not an array.")
    return value


def _fields_only(request: Request) -> Callable[..., str | None]:
    """Return a reader of parameters that sees only what says which members to show."""
    wanted = {"fields", "includefields", "includedfields", "excludefields", "excludedfields"}

    def read(*names: str) -> str | None:
        found = [name for name in names if name.lower() in wanted]
        return request.parameter(*found) if found else None

    return read


def _binary(route: Route) -> Reply:
    """Answer with a small file of the described kind."""
    reply = route.operation.reply
    kinds = reply.media_types if reply is not None else ()
    kind = next((kind for kind in kinds if kind.startswith(_MEDIA)), "application/octet-stream")
    body = b"%PDF-1.4\n%%EOF\n" if kind == "application/pdf" else b"sandbox\n"
    return Reply(200, {"content-type": kind, "content-disposition": 'attachment; filename="sandbox.txt"'}, body)
