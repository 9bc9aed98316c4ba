"""REST endpoints: a server of the test's own on the loopback interface, paged, guarded and at times broken."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from shop import MakeShop, Shop

from warehouse.errors import WeftError

TOKEN = "s3cret-t0ken"
COLUMNS = [{"name": "id", "required": True}, {"name": "name", "required": True}, {"name": "price"}, {"name": "changed"}]


class Api:
    """What the server answers, and what it was asked."""

    def __init__(self) -> None:
        self.pages: list[str] = ["[]"]
        self.status = 200
        self.asked: list[dict[str, list[str]]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlparse(self.path).query)
                api.asked.append(query)
                is_known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
                page = int(query.get("page", ["1"])[0])
                body = f'{{"items": {api.pages[page - 1]}, "pages": {len(api.pages)}}}'.encode()
                self.send_response(api.status if is_known else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, *pages: list[dict[str, Any]] | str) -> None:
        self.pages = [page if isinstance(page, str) else json.dumps(page) for page in pages]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    # Nobody waits between the attempts here.
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0")
    api = Api()
    thread = threading.Thread(target=api.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield api
    api.server.shutdown()
    api.server.server_close()
    thread.join()


def online_shop(make_shop: MakeShop, api: Api, token: str = "${SHOP_TOKEN}", **options: Any) -> Shop:
    endpoint = {"path": "items", "data_selector": "items", **options.pop("endpoint", {})}
    connection = {
        "auth": {"type": "bearer", "token": token},
        "paginator": {"type": "page_number", "base_page": 1, "total_path": "pages"},
    }
    entity = {"kind": "rest", "mode": "snapshot", "columns": COLUMNS, "endpoint": endpoint, **options}
    return make_shop(pack_connection=connection, system_options={"base_url": api.url}, **entity)


def item(id: int, name: str = "Bolt", price: float = 1.5, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": name, "price": price, **more}


def test_all_pages_land(make_shop: MakeShop, api: Api) -> None:
    shop = online_shop(make_shop, api)
    api.answer([item(1), item(2, "Müller 🔩")], [item(3)], [item(4, price=0)])
    [result] = shop.land()
    assert (result.status, result.file, result.rows_read, result.rows_landed) == ("landed", "items", 4, 4)
    assert shop.rows(columns="id, name, _row") == [
        ("1", "Bolt", 1),
        ("2", "Müller 🔩", 2),
        ("3", "Bolt", 3),
        ("4", "Bolt", 4),
    ]
    assert [query["page"] for query in api.asked] == [["1"], ["2"], ["3"]]


def test_a_snapshot_lands_again_only_when_it_changed(make_shop: MakeShop, api: Api) -> None:
    shop = online_shop(make_shop, api)
    api.answer([item(1)], [item(2)])
    shop.land()
    assert shop.land() == []
    api.answer([item(1, "Big bolt")], [item(3), item(4)])
    [result] = shop.land()
    assert str(result.changes) == "Against the delivery before: 2 records added, 1 changed, 1 removed."


def test_numbers_keep_their_digits_and_nested_values_stay_json(make_shop: MakeShop, api: Api) -> None:
    shop = online_shop(make_shop, api)
    nested = '{"net":1.10,"lines":[{"qty":-0.00,"note":"1.10"}],"is_new":true,"none":null}'
    api.answer(f'[{{"id": 12345678901234567890123, "name": {nested}, "price": 12345678901234567890.123456789}}]')
    shop.land()
    [(id, name, price)] = shop.rows()
    assert (id, price) == ("12345678901234567890123", "12345678901234567890.123456789")
    assert json.loads(name, parse_float=str) == json.loads(nested, parse_float=str)


def test_a_key_that_comes_later_is_a_new_column(make_shop: MakeShop, api: Api) -> None:
    shop = online_shop(make_shop, api)
    api.answer([item(1)], [item(2, colour="red")])
    [result] = shop.land()
    assert result.columns_added == ["colour"]
    assert shop.rows(columns="id, colour") == [("1", None), ("2", "red")]


def test_a_parameter_with_since_is_left_out_first_and_then_the_highest_value(make_shop: MakeShop, api: Api) -> None:
    endpoint = {"params": {"changed_after": "{since}", "sort": "changed"}}
    shop = online_shop(make_shop, api, endpoint=endpoint, cursor="changed", mode="upsert")
    api.answer([item(1, changed="2024-03-02")], [item(2, changed="2024-03-01")])
    shop.land()
    assert [query.get("changed_after") for query in api.asked] == [None, None]
    api.asked.clear()
    api.answer([item(1, changed="2024-03-02"), item(2, "Nut", changed="2024-03-03")])
    [result] = shop.land()
    assert api.asked == [{"changed_after": ["2024-03-02"], "sort": ["changed"], "page": ["1"]}]
    # The first item came again as it was.
    assert result.rows_landed == 1
    assert shop.rows(columns="id, name")[2:] == [("2", "Nut")]
    api.answer([])
    assert shop.land() == []
    shop.land()
    assert api.asked[-1]["changed_after"] == ["2024-03-03"]


def test_an_endpoint_without_records_is_a_failed_load_once_it_had_some(make_shop: MakeShop, api: Api) -> None:
    shop = online_shop(make_shop, api)
    assert shop.land() == []
    api.answer([item(1)])
    shop.land()
    api.answer([])
    [result] = shop.land()
    assert result.status == "failed"
    assert "has no rows any more, where it had 1" in (result.message or "")
    assert len(shop.rows()) == 1


def failed(shop: Shop) -> str:
    """Land what must fail, and return the message, which tells no secret, in the ledger neither."""
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("failed", 0)
    assert result.message is not None
    assert result.message.startswith("items")
    assert TOKEN not in str(shop.ask("FROM ops.load"))
    assert shop.ask("SELECT count(*) FROM raw.shop__item") == [(0,)]
    return result.message


@pytest.mark.parametrize("status", [500, 503, 404])
def test_an_error_of_the_server_is_a_failed_load(make_shop: MakeShop, api: Api, status: int) -> None:
    api.status = status
    shop = online_shop(make_shop, api, endpoint={"params": {"api_key": "${SHOP_TOKEN}"}})
    assert str(status) in failed(shop)
    assert api.asked[0]["api_key"] == [TOKEN]
    assert len(api.asked) == (1 if status < 500 else 2)


def test_an_error_on_a_later_page_lands_nothing(make_shop: MakeShop, api: Api) -> None:
    api.answer([item(1)], '"no page", "error"')
    assert failed(online_shop(make_shop, api))


def test_a_server_that_asks_for_another_token_is_a_failed_load(make_shop: MakeShop, api: Api) -> None:
    assert "401" in failed(online_shop(make_shop, api, token=TOKEN + "-old"))


def test_a_server_that_is_gone_is_a_failed_load(make_shop: MakeShop, api: Api) -> None:
    api.url = "http://127.0.0.1:1"
    shop = online_shop(make_shop, api, endpoint={"params": {"api_key": "${SHOP_TOKEN}"}})
    message = failed(shop)
    assert "127.0.0.1" in message
    assert "refused" in message


def test_an_answer_that_is_no_json_is_a_failed_load(make_shop: MakeShop, api: Api) -> None:
    api.answer("<html>")
    assert failed(online_shop(make_shop, api))


def test_an_endpoint_of_something_else_than_records_is_a_failed_load(make_shop: MakeShop, api: Api) -> None:
    api.answer('["a", "b"]')
    assert "no JSON objects" in failed(online_shop(make_shop, api))


def test_a_renamed_required_key_is_a_failed_load(make_shop: MakeShop, api: Api) -> None:
    api.answer([{"id": 1, "item_name": "a"}])
    assert "required column name is missing" in failed(online_shop(make_shop, api))


def test_a_variable_that_is_not_set_is_named(make_shop: MakeShop, api: Api) -> None:
    shop = online_shop(make_shop, api, token="${NO_SUCH_TOKEN}")
    with pytest.raises(WeftError, match="NO_SUCH_TOKEN, which is not set"):
        shop.land()
    assert api.asked == []


def test_a_missing_address_is_named(make_shop: MakeShop) -> None:
    shop = make_shop(kind="rest", endpoint={"path": "items"}, columns=COLUMNS)
    with pytest.raises(WeftError, match=r"systems\.shop\.options\.base_url is not set"):
        shop.land()
