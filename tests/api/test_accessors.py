"""Accessors: every path of both APIs is reached by attributes that follow the URL."""

from __future__ import annotations

from typing import Any

import pytest

from cwql.errors import CwqlError
from cwql.schema import loader
from cwql.schema.accessor import Accessor
from cwql.schema.catalog import catalog
from cwql.schema.naming import accessor
from cwql_api.automate.async_resources import AsyncRoot as AsyncAutomate
from cwql_api.automate.resources import Root as Automate
from cwql_api.manage.resources import Root as Manage

ROOTS = {"manage": Manage, "automate": Automate}


def _path(place: Any) -> str:
    path: str = place._path()
    return path


def test_names_follow_the_url() -> None:
    psa: Any = Manage()
    assert _path(psa.service.tickets) == "/service/tickets"
    assert _path(psa.company.companies(5).notes) == "/company/companies/5/notes"
    assert _path(psa.company.companies(5).notes(7)) == "/company/companies/5/notes/7"
    assert _path(psa.system.members("jd&oe?#1;ü")) == "/system/members/jd%26oe%3F%231%3B%C3%BC"
    assert _path(psa.service.boards(1).statuses) == "/service/boards/1/statuses"
    assert psa.service.tickets._endpoint().record == "Ticket"
    assert psa.service._endpoint() is None
    assert repr(psa.service.tickets(3)) == "<manage /service/tickets/3>"


def test_automate_names_begin_small() -> None:
    rmm: Any = Automate()
    assert _path(rmm.computers) == "/api/v1/Computers"
    assert _path(rmm.clients(5).documents) == "/api/v1/clients/5/documents"
    assert _path(rmm.alerts) == "/api/v1/Alerts"
    assert _path(rmm.v2.contacts) == "/api/v2/Contacts"
    assert _path(rmm.computers(1).scripts(2).execute) == "/api/v1/Computers/1/Scripts/2/Execute"
    waiting: Any = AsyncAutomate()
    assert _path(waiting.computers) == "/api/v1/Computers"


def test_kept_names_follow_the_rule() -> None:
    psa: Any = Manage()
    assert _path(psa.company.communicationTypes(1).usages.list_) == "/company/communicationTypes/1/usages/list"
    assert _path(psa.service.slas) == _path(psa.service.SLAs)
    assert _path(psa.finance.agreements.types(4).copy) == "/finance/agreements/types/4/copy"


def test_what_leads_nowhere_is_refused() -> None:
    psa: Any = Manage()
    with pytest.raises(AttributeError, match="manage leads to no 'servce'; did you mean 'service'"):
        psa.servce  # noqa: B018
    with pytest.raises(
        AttributeError, match=r"/service/tickets leads to no 'notes'; write tickets\(id\)\.notes"
    ) as caught:
        psa.service.tickets.notes  # noqa: B018
    assert isinstance(caught.value, CwqlError)
    for word, verb in (("update", "patch"), ("post", "create"), ("filter", "list")):
        with pytest.raises(AttributeError, match=f"/service/tickets leads to no '{word}'; did you mean '{verb}'"):
            getattr(psa.service.tickets, word)
    with pytest.raises(
        AttributeError, match=r"manage leads to no 'get': paths are attributes \(client\.service\.tickets"
    ):
        psa.get  # noqa: B018
    with pytest.raises(AttributeError, match=r"/service/tickets leads to no 'id': get\(5\) reads the record with id 5"):
        psa.service.tickets.id(5)
    with pytest.raises(
        AttributeError, match=r"manage leads to no 'tickets'; did you mean 'service\.tickets' or 'project\.tickets'"
    ):
        psa.tickets  # noqa: B018
    with pytest.raises(AttributeError, match=r"manage leads to no 'companies'; did you mean 'company\.companies'"):
        psa.companies  # noqa: B018
    with pytest.raises(CwqlError, match="no records that are reached by id"):
        psa.service(5)
    for id in (True, None, 1.5):
        with pytest.raises(CwqlError, match="expected an int or a str"):
            psa.service.tickets(id)
    assert not hasattr(psa, "_private")


def test_a_client_brings_its_own_kind_of_accessor() -> None:
    class Place(Accessor):
        def owner(self) -> object:
            return self._owner

    class Client(Manage):
        _accessor = Place

    client: Any = Client()
    assert type(client.service.tickets(5).notes) is Place
    assert client.service.tickets(5).notes.owner() is client


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_every_endpoint_is_reached(product: str) -> None:
    tree = loader.load(product, "tree").TREE
    for endpoint in catalog(product).endpoints():
        steps = endpoint.key.split("/")
        if steps[-1] == "count":
            # The verb `count` of the list does it.
            continue
        place: Any = ROOTS[product]()
        for at, step in enumerate(steps):
            if step == "{}":
                place = place(1)
                continue
            known = tree["/".join(steps[:at])].split()
            segment = next(segment for segment in known if segment.lower() == step)
            place = getattr(place, accessor(segment))
        assert place._endpoint() == endpoint
        assert "{" not in _path(place)
    assert set(dir(ROOTS[product]())) >= {accessor(segment) for segment in tree[""].split()}
