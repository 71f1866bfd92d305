"""The service over real HTTP: its answers, its limits, its own specification, OpenRefine's protocol, and how it stops."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from hypothesis import settings

import translit

schemathesis = pytest.importorskip("schemathesis")
pytest.importorskip("uvicorn")

from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

from translit.serve import reconcile  # noqa: E402
from translit.serve.openapi import document  # noqa: E402
from translit.serve.service import Deadline, Service  # noqa: E402

TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]
RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir"], "weight": 9},
    {"id": "place:panjwai", "canonical": "Panjwai", "kind": "place", "variants": ["Pandschwai"]},
    {"id": "person:massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud"]},
    {"id": "protected:1", "canonical": "Panjshir Street", "kind": "protected", "variants": ["Panjsjir Street"]},
]
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer(NamedTuple):
    """A response, read."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served(NamedTuple):
    """A service that runs."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, method: str, path: str, body: bytes | str | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer

    def post(self, path: str, record: object) -> Answer:
        return self.ask("POST", path, json.dumps(record), JSON)

    def form(self, path: str, **fields: object) -> Answer:
        return self.ask("POST", path, urlencode({key: json.dumps(value) for key, value in fields.items()}), FORM)


Start = Callable[..., Served]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    lexicon = tmp_path_factory.mktemp("served") / "small.translit"
    translit.Lexicon.build(RECORDS).save(lexicon)
    running: list[subprocess.Popen[str]] = []

    def started(*extra: str) -> Served:
        command = [*TRANSLIT, "serve", "--lexicon", str(lexicon), "--port", "0", *extra]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "listening on http://127.0.0.1:" in line
        return Served(process, int(line.rpartition(":")[2]))

    yield started
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def served(start: Start) -> Served:
    return start("--max-body", "100000")


@pytest.fixture(scope="module")
def roomy(start: Start) -> Served:
    return start()


@pytest.fixture(scope="module")
def engine() -> translit.Normalizer:
    return translit.Normalizer(translit.Lexicon.build(RECORDS))


def test_health(served: Served, engine: translit.Normalizer) -> None:
    told = served.ask("GET", "/healthz").json
    assert told == {"status": "ok", "version": translit.__version__, "entities": 4, "lexicon": engine.lexicon.checksum}


def test_match_is_what_the_command_prints(served: Served, engine: translit.Normalizer) -> None:
    names = ["Punjir", "Achmed Masud", "nobody", "", "Punjir", "\ud800"]
    told = served.post("/match", {"names": names})
    assert told.status == 200
    found = [None if m is None else (m.id, m.canonical, m.kind, m.method, m.confidence) for m in engine.match_many(names)]
    keys = ("id", "canonical", "kind", "method", "confidence")
    assert [None if m["id"] is None else tuple(m[key] for key in keys) for m in told.json["matches"]] == found
    assert [m["input"] for m in told.json["matches"]] == names
    assert served.post("/match", {"names": ["Ahmd Mssod"], "min_confidence": 0}).json["matches"][0]["id"] == "person:massoud"


def test_clean_tells_its_changes(served: Served) -> None:
    told = served.post("/clean", {"texts": ["Nach Panjsjir.", "é Punjir", "nichts"], "changes": True}).json
    assert told["texts"] == ["Nach Panjshir.", "é Panjshir", "nichts"]
    assert [(c["doc"], c["start"], c["end"], c["input"], c["replacement"]) for c in told["changes"]] == [
        (0, 5, 13, "Panjsjir", "Panjshir"),
        (1, 2, 8, "Punjir", "Panjshir"),
    ]
    assert served.post("/clean", {"texts": ["Punjir", "nobody"], "mode": "name"}).json == {"texts": ["Panjshir", "nobody"]}


def test_explain(served: Served, engine: translit.Normalizer) -> None:
    told = served.ask("GET", f"/explain?name={quote('Pañjshīr')}").json
    assert (told["id"], told["verdict"]) == ("place:panjshir", engine.explain("Pañjshīr").verdict)
    assert [c["id"] for c in told["candidates"]] == [c.id for c in engine.explain("Pañjshīr").candidates]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "message"),
    [
        ("POST", "/match", "{", JSON, 400, "the body is not JSON"),
        ("POST", "/match", b"\xff", JSON, 400, "the body is not JSON"),
        ("POST", "/match", '{"names": ["a"], "min_confidence": NaN}', JSON, 400, "the body is not JSON"),
        ("POST", "/match", "[" * 50_000, JSON, 400, "the body is not JSON"),
        ("POST", "/match", "[]", JSON, 400, "the body is no object"),
        ("POST", "/match", "{}", JSON, 400, "names is no list"),
        ("POST", "/match", '{"names": "Punjir"}', JSON, 400, "names is no list"),
        ("POST", "/match", '{"names": ["a", null]}', JSON, 400, "names[1] is no string"),
        ("POST", "/match", '{"names": [], "nmaes": 1}', JSON, 400, "unknown key 'nmaes'"),
        ("POST", "/match", '{"names": [], "min_confidence": 2}', JSON, 400, "from 0 to 1"),
        ("POST", "/match", json.dumps({"names": [""] * 10_001}), JSON, 400, "one request may have 10000"),
        ("POST", "/match", "{}", {"Content-Type": "text/plain"}, 415, "application/json"),
        ("POST", "/match", "x" * 100_001, JSON, 413, "larger than 100000 bytes"),
        ("POST", "/clean", '{"texts": [], "mode": "prose"}', JSON, 400, "mode is neither"),
        ("POST", "/clean", '{"texts": [], "changes": 1}', JSON, 400, "neither true nor false"),
        ("GET", "/match", None, {}, 405, "Method Not Allowed"),
        ("GET", "/explain", None, {}, 400, "'name' is missing"),
        ("GET", f"/explain?name={'x' * 401}", None, {}, 400, "longer than 400"),
        ("GET", "/nowhere", None, {}, 404, "Not Found"),
        ("POST", "/reconcile", "", FORM, 400, "neither queries nor extend"),
        ("POST", "/reconcile", "queries=[]", FORM, 400, "queries is no object"),
        ("POST", "/reconcile", 'queries={"q0":{}}', FORM, 400, "'q0' has no string"),
        ("POST", "/reconcile", 'queries={"q0":{"query":"a","limit":0}}', FORM, 400, "'limit' of the query 'q0'"),
        ("POST", "/reconcile", 'extend={"ids":[],"properties":[{"id":"colour"}]}', FORM, 400, "no property 'colour'"),
        ("GET", "/reconcile/preview?id=nobody", None, {}, 404, "no entity of this id"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(
    served: Served, method: str, path: str, body: bytes | str | None, headers: dict[str, str], status: int, message: str
) -> None:
    answer = served.ask(method, path, body, headers)
    assert (answer.status, list(answer.json)) == (status, ["error"])
    assert message in answer.json["error"]


def test_a_body_that_does_not_tell_its_size_is_limited_too(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    try:
        connection.request("POST", "/match", iter([b"x" * 60_000] * 4), JSON, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the service does not wait for the rest
    finally:
        connection.close()
    assert served.ask("GET", "/healthz").status == 200


def test_an_answer_that_takes_too_long_is_given_up(start: Start) -> None:
    served = start("--max-seconds", "0.2", "--max-body", "50000000")
    # Unknown names of many letters, each asked of every tier.
    names = [f"Achmaad Masoed{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676 % 26)} Pandschir" * 5 for i in range(10_000)]
    begin = time.monotonic()
    answer = served.post("/match", {"names": names})
    assert (answer.status, "longer than 0.2 seconds" in answer.json["error"]) == (503, True)
    assert time.monotonic() - begin < 20
    assert served.ask("GET", "/healthz").status == 200


def test_a_body_that_never_comes_is_given_up(start: Start) -> None:
    served = start("--max-seconds", "0.3")
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
        assert connection.recv(100).startswith(b"HTTP/1.1 503")


# --- its own specification -------------------------------------------------------------------------------------------

schema = schemathesis.openapi.from_dict(document())


@schema.parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=25)
def test_the_service_keeps_to_its_specification(case: Any, roomy: Served) -> None:
    # The fields of this form hold JSON, which made-up strings do not; as parameters of GET they are made up by their schemas.
    formed = case.operation.label == "POST /reconcile"
    case.call_and_validate(base_url=f"http://127.0.0.1:{roomy.port}", excluded_checks=[positive_data_acceptance] if formed else [])


def test_the_page_and_the_document_need_no_network(served: Served) -> None:
    assert served.ask("GET", "/openapi.json").json == document()
    page = served.ask("GET", "/")
    assert page.headers["content-type"].startswith("text/html")
    assert all(f" {path}</h2>".encode() in page.body for path in document()["paths"])
    assert b"src=" not in page.body
    assert b"http" not in page.body.replace(b"http-equiv", b"")


# --- OpenRefine ------------------------------------------------------------------------------------------------------


def test_the_manifest(served: Served) -> None:
    told = served.ask("GET", "/reconcile", headers={"Origin": "http://127.0.0.1:3333"})
    assert told.headers["access-control-allow-origin"] == "*"
    manifest = told.json
    assert "0.2" in manifest["versions"]
    assert {"name", "identifierSpace", "schemaSpace"} <= manifest.keys()
    assert [kind["id"] for kind in manifest["defaultTypes"]] == ["person", "place"]
    assert manifest["view"]["url"] == f"http://127.0.0.1:{served.port}/reconcile/view?id={{{{id}}}}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_batch_of_queries(served: Served, method: str) -> None:
    queries = {
        "q0": {"query": "Punjir"},
        "q1": {"query": "Panjsheer", "type": "place", "limit": 1, "type_strict": "any", "properties": []},
        "q2": {"query": "Punjir", "type": ["person"]},
        "q3": {"query": "Zzyzx"},
    }
    form = urlencode({"queries": json.dumps(queries)})
    told = served.ask(method, f"/reconcile?{form}") if method == "GET" else served.ask(method, "/reconcile", form, FORM)
    results = {key: value["result"] for key, value in told.json.items()}
    assert list(results) == list(queries)
    first = results["q0"][0]
    assert (first["id"], first["name"], first["match"]) == ("place:panjshir", "Panjshir", True)
    assert first["type"] == [{"id": "place", "name": "place"}]
    assert [len(results["q1"]), results["q1"][0]["id"]] == [1, "place:panjshir"]
    assert not any(one["match"] for one in results["q2"] + results["q3"])
    assert all(0 <= one["score"] <= 100 for result in results.values() for one in result)


def test_what_a_query_may_hold(served: Served) -> None:
    queries = {
        "float": {"query": "Punjir", "limit": 1.0},
        "nameless": {"properties": [{"pid": "country", "v": "AF"}]},
        "country": {"query": "Punjir", "properties": [{"pid": "country", "v": {"id": "AF", "name": "Afghanistan"}}]},
        "elsewhere": {"query": "Punjir", "properties": [{"pid": "country", "v": ["France"]}, {"pid": "other", "v": 1}]},
        "person": {"query": "Achmad Massud", "properties": [{"pid": "country", "v": "France"}]},
    }
    results = {key: value["result"] for key, value in served.form("/reconcile", queries=queries).json.items()}
    matched = {key: [one["id"] for one in result if one["match"]] for key, result in results.items()}
    assert matched == {"float": ["place:panjshir"], "nameless": [], "country": [], "elsewhere": [], "person": ["person:massoud"]}
    assert results["elsewhere"][0]["id"] == "place:panjshir"
    # By the schema of the specification a feature is a number or a boolean.
    told = {feature["id"]: feature["value"] for feature in results["float"][0]["features"]}
    assert {"exact": True, "rule": False, "fuzzy": False}.items() <= told.items()
    assert results["float"][0]["description"] == "place"


def test_a_country_decides_between_places_of_one_name(tmp_path: Path) -> None:
    source = tmp_path / "tripoli.tsv"
    rows = [
        ("a", "Tripoli", "country=LY; weight=1126000"),
        ("b", "Tripoli", "country=LB; weight=229398"),
        ("c", "Lebanon", "country=LB; weight=6848925"),
    ]
    head = (
        "#: format=translit-names/1\n#: licence=CC0\n#: source=test\n#: date=2026-11-23\nid\tkind\tcanonical\tvariant\tlang\ttype\tnote\n"
    )
    source.write_text(head + "".join(f"{ident}\tplace\t{name}\t{name}\ten\t\t{note}\n" for ident, name, note in rows))
    service = Service(translit.Normalizer(translit.Lexicon.build([source])))
    queries = {code: {"query": "Tripoli", "properties": [{"pid": "country", "v": code}]} for code in ("LB", "Lebanon", "LY", "FR")}
    told = reconcile.reconcile(service, reconcile.read_queries(json.dumps(queries)), Deadline(30))
    matched = {key: [one["id"] for one in value["result"] if one["match"]] for key, value in told.items()}
    assert matched == {"LB": ["b"], "Lebanon": ["b"], "LY": ["a"], "FR": []}
    assert {one["description"] for one in told["FR"]["result"]} == {"place, LY", "place, LB"}


def test_an_address_with_a_slash_and_a_browser_that_asks_first(served: Served) -> None:
    assert served.ask("GET", "/reconcile/").json == served.ask("GET", "/reconcile").json
    for path in ("/reconcile", "/reconcile/"):
        asks = {"Origin": "http://127.0.0.1:3333", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a"}
        told = served.ask("OPTIONS", path, headers=asks)
        assert (told.status, told.headers["access-control-allow-origin"]) == (200, "*")
    form = urlencode({"queries": json.dumps({"q0": {"query": "Punjir"}})})
    assert served.ask("POST", "/reconcile/", form, FORM).json["q0"]["result"][0]["match"]


def test_extending_a_column(served: Served) -> None:
    query = {"ids": ["place:panjshir", "nobody"], "properties": [{"id": "kind"}, {"id": "weight"}]}
    told = served.form("/reconcile", extend=query).json
    assert told["meta"] == [{"id": "kind", "name": "kind"}, {"id": "weight", "name": "weight"}]
    assert told["rows"] == {
        "place:panjshir": {"kind": [{"str": "place"}], "weight": [{"float": 9.0}]},
        "nobody": {"kind": [], "weight": []},
    }
    assert "country" in [one["id"] for one in served.ask("GET", "/reconcile/properties?type=place").json["properties"]]


def test_suggestions_and_pages(served: Served) -> None:
    found = served.ask("GET", "/reconcile/suggest/entity?prefix=panj").json["result"]
    assert [one["id"] for one in found] == ["place:panjshir", "place:panjwai"]
    assert served.ask("GET", "/reconcile/suggest/type?prefix=PER").json == {"result": [{"id": "person", "name": "person"}]}
    assert served.ask("GET", "/reconcile/suggest/property?prefix=listed").json["result"][0]["id"] == "form"
    page = served.ask("GET", "/reconcile/preview?id=place:panjshir")
    assert (page.status, b"<b>Panjshir</b>" in page.body) == (200, True)


# --- starting and stopping -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_after_the_answers_under_way(start: Start, number: int) -> None:
    served = start()
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        body = json.dumps({"names": ["Punjir"]}).encode()
        head = "POST /match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        # Now the request is under way.
        assert b"100 Continue" in connection.recv(1 << 16)
        served.process.send_signal(number)
        time.sleep(0.3)
        connection.sendall(body)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
    _, errors = served.process.communicate(timeout=30)
    assert (served.process.returncode, errors) == (0, "translit: stopped\n")


def test_a_port_that_is_taken(served: Served) -> None:
    done = subprocess.run([*TRANSLIT, "serve", "--port", str(served.port)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"translit: 127.0.0.1:{served.port} is taken: something listens there already; stop it, or choose another --port\n"
    )


def test_an_address_that_is_not_there() -> None:
    done = subprocess.run([*TRANSLIT, "serve", "--host", "256.0.0.1"], capture_output=True, text=True, check=False)
    assert (done.returncode, "choose another --host" in done.stderr) == (1, True)


def test_the_house_of_the_service_is_imported_only_when_asked_for(child: dict[str, str]) -> None:
    code = "import sys, translit.cli, translit.normalizer; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=child, cwd=Path(__file__).parents[1]
    )
    assert not {"uvicorn", "starlette", "anyio"} & set(done.stdout.split())
