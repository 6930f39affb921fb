"""Who may call what: every route of the API, for keys of every scope, of another tenant, and for none."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.store import Database, outbox, tickets
from tests.test_service import begin, client, code, key, store  # noqa: F401 (fixtures)

ALL = {"chat", "widget", "agent", "admin"}
TALK, SERVER, DESK, ADMIN = {"chat", "widget", "admin"}, {"chat", "admin"}, {"agent", "admin"}, {"admin"}
ROUTES = {  # who may call it
    "POST /v1/ask": SERVER, "POST /v1/assess": SERVER, "POST /v1/search": SERVER, "POST /v1/cite": SERVER,
    "POST /v1/letters": SERVER, "POST /v1/chat/completions": SERVER, "GET /v1/models": SERVER,
    "GET /v1/models/{model}": SERVER, "GET /v1/conversations": SERVER,
    "POST /v1/conversations": TALK, "GET /v1/conversations/{conversation}": ALL,
    "DELETE /v1/conversations/{conversation}": TALK,
    "GET /v1/conversations/{conversation}/messages": ALL,
    "POST /v1/conversations/{conversation}/messages": TALK,
    "POST /v1/conversations/{conversation}/messages/stream": TALK,
    "PATCH /v1/conversations/{conversation}/facts": TALK,
    "POST /v1/conversations/{conversation}/handoff": TALK,
    "GET /v1/tickets": DESK, "GET /v1/tickets/{ticket}": DESK, "POST /v1/tickets/{ticket}/take": DESK,
    "POST /v1/tickets/{ticket}/messages": DESK, "POST /v1/tickets/{ticket}/give-back": DESK,
    "GET /v1/webhooks": ADMIN, "POST /v1/webhooks": ADMIN, "DELETE /v1/webhooks/{webhook}": ADMIN,
    "GET /v1/deliveries": ADMIN, "GET /v1/bridges": ADMIN, "POST /v1/bridges": ADMIN,
    "POST /v1/persons/export": ADMIN, "POST /v1/persons/erase": ADMIN,
}  # fmt: skip
SIGNED = "POST /v1/bridges/{bridge}/messages"  # no key, but a signature: tests/test_bridges.py
BODIES: dict[str, dict[str, object]] = {  # what makes sense of a request, where it needs any
    "/take": {"agent": "x"}, "/give-back": {"agent": "x"}, "tickets/{ticket}/messages": {"agent": "x", "text": "y"},
    "/persons/export": {"person": "anna"}, "/persons/erase": {"person": "anna"},
}  # fmt: skip


@pytest.fixture
def call(client: TestClient, store: Database) -> Callable[[str, dict[str, str]], Any]:  # noqa: F811
    """call(route, headers): what comes of it, on a conversation, ticket and webhook of the tenant `shop`."""
    service = client.app.state.conversations
    talk, token = service.start("shop", "anna")
    with store.writing() as link:
        ticket = tickets.open_(link, "shop", talk.id, "asked", {})
        hook = outbox.create(link, "shop", "https://desk.example/hook")
    names = {"conversation": talk.id, "ticket": ticket.id, "webhook": hook.id, "model": "anbao"}

    def called(route: str, headers: dict[str, str]) -> Any:
        method, path = route.split()
        body = next((body for end, body in BODIES.items() if path.endswith(end)), {})
        sent = {} if method in ("GET", "DELETE") else {"json": body}
        return client.request(method, path.format(**names), headers={"Anbao-Token": token, **headers}, **sent)

    return called


def test_every_route_of_the_api_is_in_the_table(client):  # noqa: F811
    paths = client.get("/openapi.json").json()["paths"]
    found = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert found == {*ROUTES, SIGNED}


@pytest.mark.parametrize("scope", sorted(ALL))
def test_a_key_may_call_what_its_scope_says_and_nothing_else(call, key, scope):  # noqa: F811
    headers = key(scope)
    last = ("DELETE", "POST /v1/persons/erase")  # what others need is deleted at the end
    for route, allowed in sorted(ROUTES.items(), key=lambda row: row[0].startswith(last)):
        answer = call(route, headers)
        if scope in allowed:
            assert answer.status_code not in (401, 403, 404), (route, answer.text)
            assert "set-cookie" not in answer.headers, "nothing for another site to borrow"
        else:
            assert code(answer) == (403, "wrong_scope"), route


def test_a_widgets_key_opens_nothing_from_another_page(call, key):  # noqa: F811
    headers = key("widget") | {"Origin": "https://evil.example"}
    assert {route: code(call(route, headers)) for route in ROUTES} == dict.fromkeys(
        ROUTES, (403, "wrong_origin")
    )


def test_nothing_is_open_without_a_key_or_with_a_wrong_one(call, key):  # noqa: F811
    wrong = {"Authorization": key("admin")["Authorization"] + "x"}
    for number, route in enumerate(ROUTES):  # sixty wrong ones a minute are heard
        assert code(call(route, wrong if number % 2 else {})) == (401, "no_key"), route


def test_what_is_of_another_tenant_is_not_there(call, key, client, store):  # noqa: F811
    theirs = key("admin", "other")
    for route in ROUTES:
        if "{" in route and "{model}" not in route:
            assert code(call(route, theirs)) == (404, "not_found"), route
    lists = ("conversations", "tickets", "webhooks", "deliveries", "bridges")
    assert [call(f"GET /v1/{name}", theirs).json() for name in lists] == [[]] * 5
    export = call("POST /v1/persons/export", theirs).json()
    assert (export["conversations"], export["tickets"]) == ([], [])
    assert call("POST /v1/persons/erase", theirs).json() == {"conversations": 0}
    with store.reading() as link:
        ((talk,),) = link.exec_driver_sql("select id from conversations").all()
    letter = {"kind": "complaint", "conversation": talk}
    assert code(client.post("/v1/letters", json=letter, headers=theirs)) == (404, "not_found")
    assert client.get(f"/v1/conversations/{talk}", headers=key("chat")).status_code == 200


def test_a_widget_of_a_shop_cannot_read_another_customer(client, key):  # noqa: F811
    widget = key("widget")
    mine, others = begin(client, widget), begin(client, widget)
    for method, end, body in (("GET", "", None), ("GET", "/messages", None), ("POST", "/messages", {"text": "x"}),
                              ("POST", "/messages/stream", {"text": "x"}), ("POST", "/handoff", None),
                              ("PATCH", "/facts", {"facts": {"knew": "yes"}}), ("DELETE", "", None)):  # fmt: skip
        for token in ("", "x", mine["token"]):
            answer = client.request(method, f"/v1/conversations/{others['id']}{end}", json=body,
                                    headers=widget | {"Anbao-Token": token})  # fmt: skip
            assert code(answer) == (404, "not_found"), (method, end)
    read = client.get(f"/v1/conversations/{mine['id']}", headers=widget | {"Anbao-Token": mine["token"]})
    assert read.status_code == 200
    assert "token" not in read.json()
