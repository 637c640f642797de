"""Real traffic and real answers, held to proto/asyncapi.yaml and proto/openapi.yaml."""
import hashlib
import http.client
import json
import re
import unittest
import urllib.parse

import contract
import harness
import websocket

CODE = harness.CODES[0]
DAY = {"begin": "14:00:00", "end": "14:20:00", "speed": 20.0}
MOST_MESSAGES = 5000
# Those need another day's file and a market that has closed: tests/unit/web has them.
NOT_BROUGHT_ABOUT = {"definition", "correction", "pending"}
TOKENS = {"desk": "token of the desk", "reader": "token of a reader", "wang": "token of an operator", "li": "a-token-of-li"}


def digest(name):
    return hashlib.sha256(TOKENS[name].encode()).hexdigest()


def bearer(name):
    return {"Authorization": "Bearer " + TOKENS[name]}


def messages():
    return contract.document("asyncapi.yaml")["components"]["messages"]


class Documents(unittest.TestCase):
    """The files by themselves, and beside the .proto files."""

    def test_every_reference_leads_somewhere(self):
        for name in contract.names():
            found = list(contract.references(contract.document(name)))
            self.assertTrue(found)
            for each in found:
                self.assertTrue(contract.resolves(name, each), f"{name}: {each}")

    def test_every_schema_is_one(self):
        of_file = {"schemas.yaml": contract.document("schemas.yaml")}
        for name in ("asyncapi.yaml", "openapi.yaml"):
            of_file[name] = contract.document(name)["components"]["schemas"]
        for name, schemas in of_file.items():
            for key, schema in schemas.items():
                with self.subTest(file=name, schema=key):
                    contract.Validator.check_schema(schema)

    def test_every_example_is_valid(self):
        examples = 0
        for name, message in messages().items():
            for example in message.get("examples", ()):
                examples += 1
                schema = contract.reference("asyncapi.yaml", f"#/components/messages/{name}/payload")
                self.assertEqual(contract.faults(example["payload"], schema), [], name)
        self.assertGreater(examples, 10)

    def test_every_example_over_http_is_valid(self):
        examples = 0
        for name, schema in contract.document("openapi.yaml")["components"]["schemas"].items():
            for example in schema.get("examples", ()):
                examples += 1
                whole = contract.reference("openapi.yaml", f"#/components/schemas/{name}")
                self.assertEqual(contract.faults(example, whole), [], name)
        self.assertGreater(examples, 4)

    def test_both_subprotocols_have_the_same_messages(self):
        said = {message["x-protobuf"] for message in messages().values()}
        spoken = set()
        for kind in ("ClientMessage", "ServerMessage"):
            descriptor = getattr(harness.websocket_messages(), kind).DESCRIPTOR
            spoken |= {f"{kind}.{field.name}" for field in descriptor.oneofs_by_name["body"].fields}
        self.assertEqual(said, spoken)

    def test_fields_have_the_names_of_the_proto_files(self):
        stream = harness.stream_messages()
        for name in ("Level", "StatusChanged", "DefinitionChanged", "Definition", "Correction",
                     "PendingPrice", "Skipped", "Heartbeat"):
            with self.subTest(message=name):
                self.assertEqual(contract.property_names("schemas.yaml", f"#/{name}"),
                                 set(getattr(stream, name).DESCRIPTOR.fields_by_name))

    def test_words_are_those_of_the_proto_files(self):
        stream, query = harness.stream_messages(), harness.query_messages()
        for name, module in (("IndexStatus", stream), ("Cause", stream), ("StreamKind", stream),
                             ("ReturnKind", stream), ("DecisionReason", stream), ("RefusalReason", query)):
            values = getattr(module, name).DESCRIPTOR.values
            prefix = re.sub("(?<!^)(?=[A-Z])", "_", name).upper() + "_"
            self.assertEqual(contract.document("schemas.yaml")[name]["enum"],
                             [value.name.removeprefix(prefix).lower() for value in values])


class ContractCase(harness.Case):
    """A server with tokens, an administrative interface and levels that move."""

    def setUp(self):
        super().setUp()
        self.write("tokens", f"desk {digest('desk')} operations=yes\n"
                             f"reader {digest('reader')} codes={CODE} modes=conflated\n").chmod(0o600)
        self.write("operators", f"wang {digest('wang')}\nli {digest('li')}\n").chmod(0o600)
        config = self.configure(
            simulator=DAY, http={"tokens": str(self.folder / "tokens")},
            admin={"enabled": True, "port": 0, "tokens": str(self.folder / "operators"),
                   "two_person": True})
        _, self.ready = self.serve(config)
        self.start("simulate", "simulate", "--config", config)


class WebSocket(ContractCase):
    def setUp(self):
        super().setUp()
        self.seen = set()
        self.client = websocket.Client(self.ready["http"])
        self.addCleanup(self.client.__exit__)

    def say(self, kind, **command):
        """A command that the contract knows under that name."""
        pointer = f"#/components/messages/{kind}/payload"
        self.assertEqual(contract.faults(command, contract.reference("asyncapi.yaml", pointer)), [])
        self.client.send(command)

    def hold_the_index(self):
        address = urllib.parse.urlsplit(self.ready["admin"])
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        connection.request("POST", "/admin/v1/requests", json.dumps({**HOLD, "target": CODE}),
                           {**bearer("wang"), "Content-Type": "application/json"})
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def hear(self):
        message = self.client.receive()
        kind = message.get("type")
        self.assertIn(kind, messages(), message)
        pointer = f"#/components/messages/{kind}/payload"
        self.assertEqual(contract.faults(message, contract.reference("asyncapi.yaml", pointer)), [],
                         message)
        self.seen.add(kind)
        return message

    def hear_of(self, *kinds):
        for _ in range(MOST_MESSAGES):
            if (message := self.hear())["type"] in kinds:
                return message
        self.fail(f"none of {kinds} among {MOST_MESSAGES} messages")

    def test_every_message_is_as_written(self):
        self.say("subscribe", op="subscribe", codes=[CODE], id=1)
        self.assertEqual(self.hear_of("error")["id"], 1)
        self.say("authenticate", op="authenticate", token=TOKENS["desk"], id=2)
        self.assertEqual(self.hear_of("authenticated")["id"], 2)
        self.say("subscribe", op="subscribe", codes=[CODE, "000000"], mode="tick", records=True, id=3)
        epoch = self.hear_of("snapshot")["epoch"]
        self.say("subscribe", op="subscribe", codes=list(harness.CODES[1:2]), mode="grid", interval_ms=1000)
        self.say("subscribe", op="subscribe", codes=list(harness.CODES[2:]), mode="conflated",
                 interval_ms=250)
        for kind in ("grid", "level", "skipped"):
            self.hear_of(kind)
        tables = set()  # both forms of a heartbeat: with a table and without
        while tables != {True, False}:
            beat = self.hear_of("heartbeat")
            tables.add(beat["pages"] > 0)
            self.assertEqual(len(beat["indices"]), len(harness.CODES) if beat["pages"] else 0)
        self.say("replayRequest", op="replay", code=CODE, epoch=epoch, **{"from": 1, "to": 3}, id=4)
        self.assertEqual(self.hear_of("replay")["id"], 4)
        self.hold_the_index()
        self.assertEqual(self.hear_of("status")["status"], "held")
        self.say("ping", op="ping", id=5)
        self.hear_of("pong")
        self.say("unsubscribe", op="unsubscribe", codes=[CODE], id=6)
        self.hear_of("unsubscribed")
        spoken = {name for name, message in messages().items()
                  if message["x-protobuf"].startswith("ServerMessage")}
        self.assertEqual(spoken - self.seen, NOT_BROUGHT_ABOUT)

    def test_the_other_subprotocol_says_nothing_that_its_file_does_not(self):
        spoken = harness.websocket_messages()
        with websocket.Client(self.ready["http"], "indexcast.v1.protobuf",
                              headers=["Authorization: " + bearer("desk")["Authorization"]]) as client:
            ask = spoken.ClientMessage(id=1)
            ask.subscribe.codes.extend(harness.CODES)
            ask.subscribe.records = True
            client.send_frame(websocket.BINARY, ask.SerializeToString())
            kinds, tables = set(), set()
            while not {"snapshot", "level"} <= kinds or tables != {True, False}:
                message = spoken.ServerMessage.FromString(client.receive())
                self.assertEqual(len(message.UnknownFields()), 0)
                kinds.add(message.WhichOneof("body"))
                if message.HasField("heartbeat"):
                    self.assertTrue(message.heartbeat.HasField("ready"))
                    tables.add(message.heartbeat.pages > 0)
            self.assertNotIn(None, kinds)


# What each documented answer takes to be had: (operation, status) -> request. Those left out are
# answers to a fault of the machine: a full disk, a core that stands still.
PUBLIC = "http"
ADMIN = "admin"
DRAIN = {"operation": "drain", "reason": "a test"}
HOLD = {"operation": "hold", "target": harness.CODES[1], "expected_version": "any", "reason": "a test"}


def asked(operation, status, path, base=PUBLIC, method="GET", who=None, body=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    who = who or ("desk" if base == PUBLIC else "wang")
    return operation, status, base, method, path, {**(bearer(who) if who != "nobody" else {}), **named}, body


UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
           "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
JSON = {"Content_Type": "application/json"}
REQUESTS = (
    asked("listIndices", 200, "/v1/indices"),
    asked("listIndices", 200, "/v1/indices?limit=1", who="reader"),
    asked("listIndices", 304, "/v1/indices?limit=1&after=" + harness.CODES[0], If_None_Match="*"),
    asked("listIndices", 400, "/v1/indices?limit=0"),
    asked("listIndices", 400, "/v1/indices?after=000000"),
    asked("listIndices", 401, "/v1/indices", who="nobody"),
    asked("getIndex", 200, "/v1/indices/" + harness.CODES[1]),
    asked("getIndex", 304, "/v1/indices/" + CODE, If_None_Match="*"),
    asked("getIndex", 400, "/v1/indices/%zz"),
    asked("getIndex", 401, "/v1/indices/" + CODE, who="nobody"),
    asked("getIndex", 404, "/v1/indices/000000"),
    asked("getIndex", 404, "/v1/indices/" + harness.CODES[1], who="reader"),
    asked("listMembers", 200, f"/v1/indices/{CODE}/members"),
    asked("listMembers", 200, f"/v1/indices/{CODE}/members?limit=3", who="reader"),
    asked("listMembers", 304, f"/v1/indices/{CODE}/members?limit=3", If_None_Match="*"),
    asked("listMembers", 400, f"/v1/indices/{CODE}/members?limit=1001"),
    asked("listMembers", 400, f"/v1/indices/{CODE}/members?after=nobody"),
    asked("listMembers", 401, f"/v1/indices/{CODE}/members", who="nobody"),
    asked("listMembers", 404, "/v1/indices/000000/members"),
    asked("listMembers", 404, f"/v1/indices/{harness.CODES[1]}/members", who="reader"),
    asked("getHistory", 200, f"/v1/indices/{CODE}/history"),
    asked("getHistory", 200, f"/v1/indices/{CODE}/history?after=1&to=3&limit=1"),
    asked("getHistory", 304, f"/v1/indices/{CODE}/history?to=2", If_None_Match="*"),
    asked("getHistory", 400, f"/v1/indices/{CODE}/history?limit=501"),
    asked("getHistory", 400, f"/v1/indices/{CODE}/history?after=-1"),
    asked("getHistory", 400, f"/v1/indices/{CODE}/history?to=0"),
    asked("getHistory", 400, f"/v1/indices/{CODE}/history?epoch=today"),
    asked("getHistory", 401, f"/v1/indices/{CODE}/history", who="nobody"),
    asked("getHistory", 403, f"/v1/indices/{CODE}/history", who="reader"),
    asked("getHistory", 404, "/v1/indices/000000/history"),
    asked("getHistory", 409, f"/v1/indices/{CODE}/history?epoch=1"),
    asked("openStream", 101, "/v1/stream", **UPGRADE),
    asked("openStream", 400, "/v1/stream", Sec_WebSocket_Protocol="another", **UPGRADE),
    asked("openStream", 401, "/v1/stream", who="nobody", Authorization="Bearer forged", **UPGRADE),
    asked("openStream", 403, "/v1/stream", Origin="https://elsewhere.example", **UPGRADE),
    asked("openStream", 426, "/v1/stream"),
    asked("getFeeds", 200, "/v1/feeds"),
    asked("getFeeds", 401, "/v1/feeds", who="nobody"),
    asked("getStatus", 200, "/v1/status"),
    asked("getStatus", 401, "/v1/status", who="nobody"),
    asked("listClients", 200, "/v1/clients"),
    asked("listClients", 400, "/v1/clients?after=x"),
    asked("listClients", 401, "/v1/clients", who="nobody"),
    asked("listClients", 403, "/v1/clients", who="reader"),
    asked("getHealth", 200, "/healthz", who="nobody"),
    asked("getReadiness", 200, "/readyz", who="nobody"),
    asked("getMetrics", 200, "/metrics"),
    asked("getMetrics", 401, "/metrics", who="nobody"),
    asked("getDashboard", 200, "/", who="nobody"),
    asked("getDashboard", 304, "/", who="nobody", If_None_Match="*"),
    asked("makeRequest", 200, "/admin/v1/requests", ADMIN, "POST", body=HOLD, **JSON),
    asked("makeRequest", 400, "/admin/v1/requests", ADMIN, "POST", body="{", **JSON),
    asked("makeRequest", 401, "/admin/v1/requests", ADMIN, "POST", who="desk", body=HOLD, **JSON),
    asked("makeRequest", 409, "/admin/v1/requests", ADMIN, "POST", body={**HOLD, "expected_version": 7},
          **JSON),
    asked("makeRequest", 410, "/admin/v1/requests", ADMIN, "POST",
          body={**HOLD, "expires": "2025-01-01T00:00:00Z"}, **JSON),
    asked("makeRequest", 413, "/admin/v1/requests", ADMIN, "POST", body={**HOLD, "reason": "x" * 20000},
          **JSON),
    asked("makeRequest", 415, "/admin/v1/requests", ADMIN, "POST", body=HOLD, Content_Type="text/plain"),
    asked("makeRequest", 422, "/admin/v1/requests", ADMIN, "POST", body={**HOLD, "author": "another"},
          **JSON),
    asked("listRequests", 200, "/admin/v1/requests", ADMIN),
    asked("listRequests", 401, "/admin/v1/requests", ADMIN, who="desk"),
    asked("getRequest", 401, "/admin/v1/requests/1", ADMIN, who="desk"),
    asked("getRequest", 404, "/admin/v1/requests/1", ADMIN),
    asked("getStanding", 200, "/admin/v1/versions/" + CODE, ADMIN),
    asked("getStanding", 200, "/admin/v1/versions/688041.SH", ADMIN),
    asked("getStanding", 200, "/admin/v1/versions/HKDCNY", ADMIN),
    asked("getStanding", 401, "/admin/v1/versions/" + CODE, ADMIN, who="desk"),
    asked("getStanding", 404, "/admin/v1/versions/nothing", ADMIN),
    asked("getService", 200, "/admin/v1/service", ADMIN),
    asked("getService", 401, "/admin/v1/service", ADMIN, who="desk"),
    asked("changeService", 200, "/admin/v1/service", ADMIN, "POST", body=DRAIN, **JSON),
    asked("getService", 200, "/admin/v1/service", ADMIN),
    asked("getReadiness", 503, "/readyz", who="nobody"),
    asked("openStream", 503, "/v1/stream", **UPGRADE),
    asked("changeService", 409, "/admin/v1/service", ADMIN, "POST", body=DRAIN, **JSON),
    asked("changeService", 200, "/admin/v1/service", ADMIN, "POST", body={**DRAIN, "operation": "resume"},
          **JSON),
    asked("changeService", 400, "/admin/v1/service", ADMIN, "POST", body="[]", **JSON),
    asked("changeService", 401, "/admin/v1/service", ADMIN, "POST", who="desk", body=DRAIN, **JSON),
    asked("changeService", 413, "/admin/v1/service", ADMIN, "POST", body={**DRAIN, "reason": "x" * 20000},
          **JSON),
    asked("changeService", 415, "/admin/v1/service", ADMIN, "POST", body=DRAIN, Content_Type="text/plain"),
    asked("changeService", 422, "/admin/v1/service", ADMIN, "POST", body={**DRAIN, "author": "another"},
          **JSON),
)
# Those about a proposed request need its id: test_a_second_person_is_asked.
SECOND_WORD = {(operation, status) for operation, more in (("approveRequest", (403, 422, 500, 504)),
                                                           ("declineRequest", (422,)))
               for status in (200, 400, 401, 404, 409, 410, 413, 415, 503, *more)}
NOT_HERE = {*SECOND_WORD, ("makeRequest", 202), ("getRequest", 200), ("getHistory", 429), ("makeRequest", 500), ("makeRequest", 503),
            ("makeRequest", 504), ("changeService", 503)}


def operations():
    """{operation: (its pointer, what it says)}"""
    found = {}
    for path, methods in contract.document("openapi.yaml")["paths"].items():
        for method in ("get", "post"):
            if method in methods:
                escaped = path.replace("~", "~0").replace("/", "~1")
                found[methods[method]["operationId"]] = (f"#/paths/{escaped}/{method}", methods[method])
    return found


class Http(ContractCase):
    def setUp(self):
        super().setUp()
        harness.await_that(lambda: harness.fetch(self.ready["http"] + "readyz")[0] == 200, "readiness")

    def ask(self, base, method, path, headers, body):
        """(status, headers, body as text)"""
        address = urllib.parse.urlsplit(self.ready[base])
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        connection.request(method, path, text, headers)
        answer = connection.getresponse()
        status = answer.status
        said = {name.lower(): value for name, value in answer.getheaders()}
        content = "" if status == 101 else answer.read().decode()
        connection.close()
        return status, said, content

    def hold_to(self, operation, status, headers, body):
        pointer, said = operations()[operation]
        self.assertIn(str(status), said["responses"], body)
        answer = said["responses"][str(status)]
        if "$ref" in answer:
            pointer = answer["$ref"]
            answer = contract.document("openapi.yaml")["components"]["responses"][pointer.split("/")[-1]]
        else:
            pointer += f"/responses/{status}"
        for name, header in answer.get("headers", {}).items():
            if header.get("required", True):
                self.assertIn(name.lower(), headers)
        content = answer.get("content")
        if not content:
            return self.assertEqual(body, "")
        kind = headers["content-type"].partition(";")[0]
        self.assertIn(kind, content)
        if kind.endswith("json"):
            schema = contract.reference(
                "openapi.yaml", f"{pointer}/content/{kind.replace('/', '~1')}/schema")
            self.assertEqual(contract.faults(json.loads(body), schema), [])

    def test_every_answer_is_as_written(self):
        for operation, status, *request in REQUESTS:
            with self.subTest(operation=operation, status=status):
                got, headers, body = self.ask(*request)
                self.assertEqual(got, status, body)
                self.hold_to(operation, status, headers, body)
                if status >= 400:
                    self.assertEqual(json.loads(body).get("instance"),
                                     urllib.parse.urlsplit(request[2]).path)

    def test_a_request_is_found_again_and_one_not_ready_says_why(self):
        _, _, made = self.ask(ADMIN, "POST", "/admin/v1/requests",
                              {**bearer("wang"), "Content-Type": "application/json"}, HOLD)
        got, headers, body = self.ask(ADMIN, "GET", "/admin/v1/requests/" + json.loads(made)["id"],
                                      bearer("wang"), None)
        self.assertEqual(json.loads(body), json.loads(made))
        self.hold_to("getRequest", got, headers, body)

    def test_a_second_person_is_asked(self):
        path = "/admin/v1/requests"
        rate = {**HOLD, "operation": "override_rate", "target": "HKDCNY", "value": "1.0", "force": True}

        def ask(path, body, who="wang", kind="application/json"):
            text = body if isinstance(body, str) else json.dumps(body)
            return self.ask(ADMIN, "POST", path, {**bearer(who), "Content-Type": kind}, text)

        for word, operation in (("approve", "approveRequest"), ("decline", "declineRequest")):
            made = ask(path, rate)
            self.assertEqual(made[0], 202, made)
            self.hold_to("makeRequest", *made)
            self.hold_to("getService", *self.ask(ADMIN, "GET", "/admin/v1/service", bearer("wang"), None))
            one = f"{path}/{json.loads(made[2])['id']}/{word}"
            reason = {"reason": "a test"}
            asked = [(404, ask(f"{path}/1/{word}", reason)), (401, ask(one, reason, who="desk")),
                     (400, ask(one, "{")), (422, ask(one, {**reason, "id": "1"})),
                     (413, ask(one, {"reason": "x" * 20000})), (415, ask(one, reason, kind="text/plain"))]
            if word == "approve":
                asked.append((403, ask(one, reason)))
            asked += [(200, ask(one, reason, who="li")), (409, ask(one, reason, who="li"))]
            for status, answer in asked:
                with self.subTest(operation=operation, status=status):
                    self.assertEqual(answer[0], status, answer)
                    self.hold_to(operation, *answer)

    def test_every_documented_answer_is_asked_for(self):
        documented = {(operation, int(status)) for operation, (_, said) in operations().items()
                      for status in said["responses"]}
        here = {(operation, status) for operation, status, *_ in REQUESTS}
        self.assertEqual(documented - here, NOT_HERE)
        self.assertEqual(here - documented, set())


class NotReady(harness.Case):
    def test_one_that_is_not_ready_and_one_that_is_full_say_why(self):
        _, self.ready = self.serve(self.configure(http={"max_clients": 1}))
        with websocket.Client(self.ready["http"]) as first:
            self.assertEqual(first.status, 101)
            Http.hold_to(self, "openStream", *self.fetch_full())
        harness.await_that(lambda: harness.fetch(self.ready["http"] + "healthz")[0] == 200, "room")
        Http.hold_to(self, "getReadiness", *Http.ask(self, PUBLIC, "GET", "/readyz", {}, None))

    def fetch_full(self):
        got = Http.ask(self, PUBLIC, "GET", "/v1/stream", {}, None)
        self.assertEqual(got[0], 503)
        return got


if __name__ == "__main__":
    unittest.main()
