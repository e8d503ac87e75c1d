"""Functions with two requests: a condition is never checked for the endpoint of the other request."""

from __future__ import annotations

import pytest

from cwql.lint.request_targets import place_of_url
from tests.lint.scripts import describe

TWO = ["conditions /company/contacts: id = 1", "conditions /service/tickets: id = 2"]
SECOND = ["conditions manage: id = 1", "conditions /service/tickets: id = 2"]

REQUESTS = [
    ("csharp", """
        var one = new RestRequest("company/contacts").AddHeader("a", id);
        if (all) { one.AddQueryParameter("conditions", "id = 1"); }
        var rows = await client.GetAsync<List<Row>>(one);
        var two = new RestRequest("service/tickets").AddHeader("a", rows[0].Name).AddQueryParameter("conditions", "id = 2");"""),
    ("java", """void run() {
        UriComponentsBuilder one = UriComponentsBuilder.fromPath("/company/contacts").queryParam("page", "1");
        if (all) { one = one.queryParam("conditions", "id = 1"); }
        Row[] rows = rest.getForObject(one.build().toUri(), Row[].class);
        get("/service/tickets?conditions=" + encode("id = 2"), rows[0]);
        }"""),
    ("javascript", """async function run() {
        const one = superagent.get(`${base}/company/contacts`).set("a", id);
        if (all) { one.query({ conditions: "id = 1" }); }
        const rows = await one;
        return superagent.get(`${base}/service/tickets`).query({ conditions: "id = 2", a: rows[0].name });
        }"""),
    ("go", """package cw
        func run() {
            one, _ := http.NewRequest("GET", base+"/company/contacts", nil)
            values := one.URL.Query()
            if all { values.Add("conditions", "id = 1") }
            one.URL.RawQuery = values.Encode()
            rows := client.Do(one)
            client.Get(base+"/service/tickets", url.Values{"conditions": {"id = 2"}, "a": {rows.Name}})
        }"""),
    ("python", """def run(path):
        one = requests.Request("GET", f"{base}/company/contacts")
        if all:
            one.params["conditions"] = "id = 1"
        rows = session.send(session.prepare_request(one)).json()
        session.get(f"{base}/service/tickets", params={"conditions": "id = 2", "a": rows[0]["name"]})"""),
    ("ruby", """def run
        rows = conn.get('company/contacts') { |request| request.params['conditions'] = 'id = 1' }
        conn.get('service/tickets') do |request|
          request.params['conditions'] = 'id = 2'
        end
        end"""),
    ("rust", """async fn run(base: &str) {
        let mut one = Url::parse(&format!("{base}/company/contacts"))?;
        if all { one.query_pairs_mut().append_pair("conditions", "id = 1"); }
        let rows: Vec<Row> = client.get(one).send().await?.json().await?;
        client.get(format!("{base}/service/tickets")).query(&[("conditions", "id = 2")]).send().await?;
        }"""),
    ("powershell", """
        $one = [System.UriBuilder]::new("$base/company/contacts")
        $query = [System.Web.HttpUtility]::ParseQueryString('')
        if ($all) { $query['conditions'] = 'id = 1' }
        $one.Query = $query.ToString()
        $rows = Invoke-RestMethod -Uri $one.Uri
        Invoke-RestMethod -Uri "$base/service/tickets?conditions=id = 2" """),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source"), REQUESTS)
def test_parameters_of_a_request_in_a_name_go_to_its_endpoint(language: str, source: str) -> None:
    assert describe(language, source) == TWO


RESPONSES = [
    ("csharp", """
        var one = new RestRequest(path).AddHeader("a", id);
        one.AddQueryParameter("conditions", "id = 1");
        var rows = await client.GetAsync<List<Row>>(one);
        var two = new RestRequest("service/tickets").AddQueryParameter("conditions", string.Format("id = 2", rows.Name));"""),
    ("rust", """async fn run(path: &str) {
        let mut one = client.get(path).header("a", id);
        if all { one = one.query(&[("conditions", "id = 1")]); }
        let rows = one.send().await?.json().await?;
        let two = client.get(format!("{base}/service/tickets")).query(&[("conditions", "id = 2"), ("a", rows[0].name)]).send();
        }"""),
    ("python", """def run(path):
        one = session.prepare_request(Request("GET", base + path, params={"conditions": "id = 1"}))
        rows = session.send(one).json()
        session.get(base + "/service/tickets", params={"conditions": "id = 2", "a": rows[0]["name"]})"""),
    ("swift", """func run(path: String) async throws {
        var one = URLComponents(string: base + path)!
        one.queryItems = [URLQueryItem(name: "conditions", value: "id = 1")]
        var two = URLComponents(string: base + "/service/tickets")!
        two.queryItems = [URLQueryItem(name: "conditions", value: "id = 2")]
        }"""),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source"), RESPONSES)
def test_parameters_of_a_request_do_not_go_where_its_response_goes(language: str, source: str) -> None:
    assert describe(language, source) == SECOND


def test_response_does_not_name_the_endpoint_of_another_request() -> None:
    source = """def run(path)
        rows = api.request("/company/companies", conditions: "id = 1")
        api.request(path, conditions: "id = 2 and name = '#{rows.first.name}'")
        end"""
    one, two = describe("ruby", source)
    assert one == "conditions /company/companies: id = 1"
    assert two.startswith("conditions manage: id = 2")


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("/connectwise/service/tickets", "/service/tickets"),
        ("https://portal.example.com/api/cw/company/contacts?page=1", "/company/contacts"),
        ("${base}/cwm/v1/service/tickets/count", "/service/tickets"),
        ("/api/service/tickets", None),
        ("./connectwise/service/tickets", None),
        ("acme/connectwise/service/tickets", None),
        ("/cw/tickets", None),
    ],
)
def test_proxy_in_a_url_that_names_the_product_passes_the_path_on(url: str, endpoint: str | None) -> None:
    place = place_of_url(url)
    assert (place.endpoint if place is not None else None) == endpoint


PASSED = [
    ("typescript", """const rows = async <T>(conditions: string, fields = 'id'): Promise<T[]> => {
        const { data } = await http.get<T[]>('/service/tickets', { params: { conditions, fields } });
        return data;
        };
        const all = await Promise.all([rows<Ticket>("id = 1"), rows("id = 2")]);"""),
    ("php", """<?php
        function rows(string $conditions): array { return $cw->get('/service/tickets', compact('conditions')); }
        $all = [rows("id = 1"), rows('id = 2')];"""),
    ("ruby", """def rows(conditions) = CW.get('/service/tickets', params: { conditions:, pageSize: 5 })
        all = [rows('id = 1'), rows('id = 2')]"""),
    ("python", """def rows(conditions):
            return api.get("/service/tickets", params=dict(conditions=conditions))
all = [rows("id = 1"), rows("id = 2")]"""),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source"), PASSED)
def test_parameter_that_a_function_sends_by_its_name_alone(language: str, source: str) -> None:
    assert describe(language, source)[-2:] == [
        "conditions /service/tickets: id = 1",
        "conditions /service/tickets: id = 2",
    ]
