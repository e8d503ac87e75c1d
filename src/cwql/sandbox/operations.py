"""The operations on records: `Operations` lists, counts, reads, creates, replaces, patches and deletes them.

Nothing here knows a record by name, except for the rules of tickets, attached files and side effects (`cwql.sandbox.tickets`,
`attachments`, `side_effects`): everything follows from the catalog's description of an operation. The body of any other action (an
import, a test of a connection) is validated, and the response is a record of the described kind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cwql.sandbox.attachments import DOCUMENTS_KEY, DOWNLOAD_KEY, Attachments
from cwql.sandbox.attachments import RECORD as ATTACHMENT
from cwql.sandbox.automation import Automation
from cwql.sandbox.contacts import ITEM, show_items
from cwql.sandbox.examples import example_value, make_example
from cwql.sandbox.hrefs import linked_text
from cwql.sandbox.listing import Listing
from cwql.sandbox.lookup import RecordLookup
from cwql.sandbox.messages import HTTPProblem, RecordEvent, Response, json_response, parse_json, text_response
from cwql.sandbox.patches import apply_patch
from cwql.sandbox.problems import not_found, unsupported_media_type
from cwql.sandbox.requirements import check_requirements
from cwql.sandbox.search import parse_search
from cwql.sandbox.side_effects import CREATED, DELETED, UPDATED, find_side_effect
from cwql.sandbox.validation import refuse_emptied, validate
from cwql.sandbox.views import configuration_link, find_view, link_kind, refresh_view
from cwql.sandbox.writer import RecordWriter, SideEffectEditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.auth import BasicAuth
    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.search import GetParameter
    from cwql.sandbox.store.store import Row, Store
    from cwql.schema.operation import ContentInfo

TOKENS_KEY = "system/members/{}/tokens"
_MEDIA_TYPES = ("application/octet-stream", "application/pdf", "image/", "text/html", "multipart/")
_SEARCH_MEMBERS = frozenset(("conditions", "orderby", "childconditions", "customfieldconditions"))
_FIELD_PARAMETERS = frozenset(("fields", "includefields", "includedfields", "excludefields", "excludedfields"))


class Operations:
    """Run operations on a store. `clock` returns the time in seconds since 1970; `basic_auth` issues the keys of members."""

    def __init__(self, store: Store, clock: Callable[[], float], basic_auth: BasicAuth) -> None:
        self._store = store
        self._basic_auth = basic_auth
        self._lookup = RecordLookup(store)
        self._listing = Listing(store, self._lookup)
        self._attachments = Attachments(store)
        self._writer = RecordWriter(store, self._lookup, clock)
        self._automation = Automation(store, clock)
        self._editor = SideEffectEditor(store, self._lookup, self._writer)

    def run(self, route: Route, request: Request) -> Response:
        """Respond to a request. Raises HTTPProblem."""
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

    # Reading.

    def _get(self, route: Route, request: Request) -> Response:
        described = route.operation.reply
        self._automation.refresh(route)
        if route.endpoint.key == DOWNLOAD_KEY:
            return self._attachments.download(self._attachments.find(route.params[-1].value))
        if described is None or described.type is None or described.type.kind == "bytes":
            return _example_file(route)
        if described.record is None or described.type.kind == "map":
            return self._respond_as_described(route)
        if described.record == "Count" and route.last_segment == "count":
            return self._listing.count(route, request)
        if described.listed:
            return self._listing.list(route, request, request.parameter)
        record, row = self._find(route, described.record)
        document = (
            _place(route, described.record, make_example(route.catalog, described.record))
            if row is None
            else json.loads(linked_text(route.product.name, record, row))
        )
        if route.endpoint.key == "system/info" and row is None:
            document = {"version": f"v{route.catalog.version}", "isCloud": False, "serverTimeZone": "UTC"}
        search = parse_search(route.product, record, _field_parameters(request), route.caller.contract)
        return json_response(search.select_members(self._listing.view(route, record, document)))

    def _find(self, route: Route, record: str) -> tuple[str, Row | None]:
        """Return the record that a path is about. None means one that always exists but is not stored, such as a setting."""
        product = route.product.name
        refresh_view(self._store, route)
        if route.is_item:
            return record, self._lookup.find_below(product, record, route.params)
        stored = self._lookup.stored_record(route, record)
        if stored != record and route.params:
            return stored, self._lookup.find_item(product, stored, route.params[-1].value)
        rows = self._store.find(product, record, self._lookup.find_parent(product, route.params), limit=1)
        return record, rows[0] if rows else None

    # Writing.

    def _post(self, route: Route, request: Request) -> Response:
        body, described = route.operation.body, route.operation.reply
        started = self._automation.start(route, request)
        if started is not None:
            return started
        if route.last_segment == "search" and described is not None and described.listed:
            return self._listing.list(route, request, _search_parameters(route, request))
        if route.endpoint.key == DOCUMENTS_KEY:
            row = self._attachments.add(request, self._writer.now(), route.caller.member)
            return self._respond(route, ATTACHMENT, row, 201, [])
        if route.endpoint.key == TOKENS_KEY:
            return self._issue_keys(route)
        if body is None or body.record is None or any(kind.startswith("multipart") for kind in body.media_types):
            return self._run_action(route, request)
        if body.listed and described is not None and described.status == 207:
            return self._write_bulk(route, _expect_list(_read_json(route, request)))
        if described is None or body.record != described.record or body.listed or route.is_item:
            return self._run_action(route, request)
        if not self._creates(route, body.record, described.status):
            return self._run_action(route, request)
        document = validate(route.catalog, body.record, _read_json(route, request))
        if find_view(route) is not None:
            return self._attach(route, body.record, document)
        row = self._writer.create(route, body.record, document)
        self._after_write(route, body.record)
        events = [_event(route, body.record, row, CREATED)]
        return self._respond(route, body.record, row, described.status or 201, events)

    def _attach(self, route: Route, record: str, document: dict[str, Any]) -> Response:
        """Attach a configuration to a ticket or an agreement, by its id or its device identifier."""
        parent = self._lookup.find_parent(route.product.name, route.params)
        check_requirements(self._store, record, document, None)
        row = self._lookup.find_configuration(document)
        if parent is not None:
            self._store.link(link_kind(parent[0]), parent[1], row.key)
        return json_response(configuration_link(row), 201)

    def _issue_keys(self, route: Route) -> Response:
        """Issue keys with which the caller acts as a member."""
        row = self._lookup.find_item(route.product.name, "Member", route.params[-1].value)
        return json_response(self._basic_auth.issue(str(row.document.get("identifier"))))

    def _after_write(self, route: Route, record: str) -> None:
        """Show a changed record below a contact in the contact."""
        if record == ITEM and route.params:
            contact = self._lookup.find_item(route.product.name, "Contact", route.params[0].value)
            show_items(self._store, contact)

    def _creates(self, route: Route, record: str, status: int | None) -> bool:
        """Return whether a POST creates a record: what is created can be read again, in the list or by itself."""
        single = route.catalog.find_endpoint(f"{route.operation.path.rstrip('/')}/{{id}}")
        if single is not None and single.record == record:
            return True
        listed = route.endpoint.record if route.endpoint.listed else None
        return listed == record or (listed is None and status == 201)

    def _write_bulk(self, route: Route, items: list[Any]) -> Response:
        """Create or replace each item; a refused item does not stop the others."""
        body = route.operation.body
        assert body is not None
        assert body.record is not None
        is_post = route.operation.method == "POST"
        results: list[dict[str, Any]] = []
        events = []
        for position, item in enumerate(items):
            place = {"originalIndex": position}
            try:
                document = validate(route.catalog, body.record, item, required=is_post)
                if is_post:
                    row = self._writer.create(route, body.record, document)
                else:
                    old = self._lookup.find_item(route.product.name, body.record, str(document.get("id")))
                    row = self._writer.replace(route, body.record, old, document)
                events.append(_event(route, body.record, row, CREATED))
                status = 201 if is_post else 200
                results.append({"success": True, **place, "statusCode": status, "data": row.document})
            except HTTPProblem as problem:
                error = json.loads(route.product.write_problem(problem, route.caller.contract).body)
                results.append({"success": False, **place, "statusCode": problem.status, "error": error})
        response = json_response({"payload": results}, 207)
        response.events = events
        return response

    def _delete_bulk(self, route: Route, request: Request) -> Response:
        """Delete each record by its id; one that does not exist does not stop the others."""
        body, above = route.operation.body, route.parent_endpoint
        assert body is not None
        document = validate(route.catalog, body.record or "", _read_json(route, request))
        record = above.record if above is not None else None
        results: list[dict[str, Any]] = []
        for position, id in enumerate(document.get("ids") or []):
            is_key = isinstance(id, int) and 0 <= id < 2**63
            deleted = record is not None and is_key and self._store.delete(route.product.name, record, id)
            result = {"success": deleted, "originalIndex": position, "statusCode": 200 if deleted else 404}
            if not deleted:
                problem = not_found(record or "", str(id))
                result["error"] = json.loads(route.product.write_problem(problem, route.caller.contract).body)
            results.append(result)
        return json_response({"payload": results}, 207)

    def _put(self, route: Route, request: Request) -> Response:
        body, described = route.operation.body, route.operation.reply
        if body is None or described is None:
            return self._run_action(route, request)
        if body.listed and described.status == 207:
            return self._write_bulk(route, _expect_list(_read_json(route, request)))
        if body.record is None or body.listed or body.record != described.record:
            return self._run_action(route, request)
        old = self._find(route, body.record)[1]
        document = validate(route.catalog, body.record, _read_json(route, request))
        if old is None:
            row = self._writer.create(route, body.record, document)
        else:
            row = self._writer.replace(route, body.record, old, document, is_whole=True)
        self._after_write(route, body.record)
        return self._respond(route, body.record, row, 200, [_event(route, body.record, row, UPDATED)])

    def _patch(self, route: Route, request: Request) -> Response:
        described = route.operation.reply
        record = described.record if described is not None else None
        if record is None or route.operation.body is None:
            return self._run_action(route, request)
        operations = _read_json(route, request)
        stored, old = self._find(route, record)
        if not route.is_item and old is None and route.params:
            # An action below a record, such as …/{id}/changeType, patches the record above it.
            old = self._lookup.find_item(route.product.name, record, route.params[-1].value)
        before = make_example(route.catalog, record) if old is None else old.document
        patched, changed = apply_patch(route.catalog, stored, before, operations)
        document = _validate_patched(route, stored, patched, changed)
        refuse_emptied(route.catalog, stored, document, changed)
        if old is None:
            row = self._writer.create(route, stored, document)
        else:
            row = self._writer.replace(route, stored, old, document)
        self._after_write(route, stored)
        return self._respond(route, stored, row, 200, [_event(route, stored, row, UPDATED)])

    def _delete(self, route: Route, request: Request) -> Response:
        endpoint, product = route.endpoint, route.product.name
        above = route.parent_endpoint
        described = route.operation.reply
        if described is not None and described.status == 207 and route.operation.body is not None:
            return self._delete_bulk(route, request)
        # If GET does not return a single record, its list says what it is.
        record = endpoint.record or (above.record if above is not None and above.listed else None)
        if not route.is_item or record is None or endpoint.listed:
            return self._run_action(route, request)
        refresh_view(self._store, route)
        row = self._lookup.find_below(product, record, route.params)
        if find_view(route) is not None and record == "ConfigurationReference":
            parent = self._lookup.find_parent(product, route.params[:-1])
            if parent is not None:
                self._store.unlink(link_kind(parent[0]), parent[1], row.key)
            return self._respond_as_described(route)
        if not self._store.delete(product, record, row.key):
            raise not_found(record, str(row.key))
        self._after_write(route, record)
        if record == ATTACHMENT:
            self._attachments.remove(row)
        response = self._respond_as_described(route, row.document)
        response.events = [_event(route, record, row, DELETED)]
        return response

    # Actions.

    def _run_action(self, route: Route, request: Request) -> Response:
        """Validate the body of an action, run its side effect, and respond as described."""
        body, described = route.operation.body, route.operation.reply
        content = _validate_action(route, body, request) if body is not None else None
        for index, param in enumerate(route.params):
            self._lookup.require(route.product.name, route.params[index : index + 1] if param.value else ())
        side_effect = find_side_effect(route)
        changes = side_effect(self._editor, route, content or {}) if side_effect is not None else []
        is_same = body is not None and described is not None and body.record == described.record
        if changes and described is not None and changes[-1].record == described.record:
            content, is_same = changes[-1].row.document, True
        response = self._respond_as_described(route, content if is_same else None)
        response.events = [_event(route, change.record, change.row, change.action) for change in changes]
        return response

    # Responses.

    def _respond_as_described(self, route: Route, document: dict[str, Any] | None = None) -> Response:
        """Respond as the operation describes it: with nothing, a plain value, a record, a list."""
        described = route.operation.reply
        status = described.status if described is not None and described.status else 200
        if described is None or described.type is None or status == 204:
            return Response(204 if status in (200, 204) and not (described and described.type) else status)
        kind = described.type.kind
        if kind == "collection":
            return json_response([document] if document else [], status)
        if described.record == "SuccessResponse":
            return json_response({"success": True, "message": ""}, status)
        if described.record is not None:
            return json_response(document or make_example(route.catalog, described.record), status)
        if kind == "datetime":
            return json_response(self._writer.now(), status)
        if kind == "any":
            return json_response([] if route.operation.method == "GET" else {}, status)
        return json_response(example_value(described.type), status)

    def _respond(self, route: Route, record: str, row: Row, status: int, events: list[RecordEvent]) -> Response:
        described = route.operation.reply
        text = linked_text(route.product.name, record, row)
        response = text_response(f"[{text}]" if described is not None and described.listed else text, status)
        response.events = events
        return response


def _place(route: Route, record: str, document: dict[str, Any]) -> dict[str, Any]:
    """Set the members of an example that say which record it is below; return it."""
    info = route.catalog.record(record)
    for param in route.params:
        field = info.find(f"{param.record}Id") if param.value.isdigit() else None
        if field is not None and field.kind in ("integer", "text"):
            document[field.name] = int(param.value) if field.kind == "integer" else param.value
    return document


def _event(route: Route, record: str, row: Row, action: str) -> RecordEvent:
    return RecordEvent(route.product.name, record, row.key, action, row.text)


def _is_multipart(request: Request) -> bool:
    return request.header("content-type").lower().startswith("multipart/")


def _expect_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise HTTPProblem(400, "InvalidArgument", "The request body is not an array.")
    return value


def _read_json(route: Route, request: Request) -> Any:
    """Parse the body of a request. Raises HTTPProblem: 400 if it is no JSON, 415 if it is declared as something else to Manage."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if route.product.refuses_media_types and kind and not kind.endswith("json"):
        raise unsupported_media_type()
    return parse_json(request.body)


def _validate_action(route: Route, body: ContentInfo, request: Request) -> dict[str, Any] | None:
    """Return the validated body of an action, the last item of a list; None if it has none that is described."""
    if body.type is None or _is_multipart(request) or not (request.body.strip() or body.type.required):
        return None
    content = _read_json(route, request)
    if body.listed:
        content = _expect_list(content)
    if body.record is None or body.record == "PatchOperation":
        return None
    validated = None
    for item in content if body.listed else [content]:
        validated = validate(route.catalog, body.record, item)
    return validated


def _validate_patched(route: Route, record: str, patched: dict[str, Any], changed: set[str]) -> dict[str, Any]:
    """Return the validated document of a patch. Raises HTTPProblem (400), ``InvalidPatch`` for a value of another type."""
    try:
        return validate(route.catalog, record, patched, only=changed, required=False)
    except HTTPProblem as problem:
        if any(each.code != "InvalidArgument" for each in problem.problems) or not problem.problems:
            raise
        first = problem.problems[0]
        documented = (first.documented_code, first.documented_message)
        message = f"Could not cast or convert the value of {first.field}: {first.message.rstrip('.')}."
        raise HTTPProblem(
            400, "InvalidPatch", message, problems=problem.problems, resource=problem.resource, documented=documented
        ) from None


def _search_parameters(route: Route, request: Request) -> GetParameter:
    """Return a function that returns the parameters of a search, from its body and from the query."""
    body = _read_json(route, request) if request.body.strip() else {}
    if not isinstance(body, dict):
        raise HTTPProblem(400, "ConnectWiseApi", "The request body is not an object of type 'FilterValues'.")
    members: dict[str, str] = {}
    for name, value in body.items():
        if name.lower() not in _SEARCH_MEMBERS:
            message = f"Could not find member '{name[:60]}' on object of type 'FilterValues'."
            raise HTTPProblem(400, "ConnectWiseApi", message)
        if value is not None and not isinstance(value, str):
            raise HTTPProblem(400, "ConnectWiseApi", f"Error converting the value of '{name}' to type 'String'.")
        members[name.lower()] = value or ""

    def get(*names: str) -> str | None:
        for name in names:
            if name.lower() in _SEARCH_MEMBERS:
                return members.get(name.lower())
        return request.parameter(*names)

    return get


def _field_parameters(request: Request) -> GetParameter:
    """Return a function that returns only the parameters that select members."""

    def get(*names: str) -> str | None:
        found = [name for name in names if name.lower() in _FIELD_PARAMETERS]
        return request.parameter(*found) if found else None

    return get


def _example_file(route: Route) -> Response:
    """Respond with a small file of the described media type."""
    described = route.operation.reply
    kinds = described.media_types if described is not None else ()
    kind = next((kind for kind in kinds if kind.startswith(_MEDIA_TYPES)), "application/octet-stream")
    body = b"%PDF-1.4\n%%EOF\n" if kind == "application/pdf" else b"sandbox\n"
    return Response(200, {"content-type": kind, "content-disposition": 'attachment; filename="sandbox.txt"'}, body)
