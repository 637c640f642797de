"""Who may read levels over HTTP and WebSocket, and how: tokens, TLS, origins, entity tags."""
import hashlib
import http.client
import json
import ssl
import unittest
import urllib.parse
import warnings

import certificate
import harness
import websocket

DAY = {"begin": "14:00:00", "end": "14:10:00", "speed": 60.0}
TOKENS = {"desk": "token of the desk", "reader": "token of a reader"}


class Access(harness.Case):
    def begin(self, core=None, **http_settings):
        config = self.configure(simulator=DAY, http=http_settings, core=core or {})
        _, self.ready = self.serve(config)
        self.address = urllib.parse.urlsplit(self.ready["http"])
        self.tls = None
        self.start("simulate", "simulate", "--config", config)

    def tokens(self):
        digest = {name: hashlib.sha256(token.encode()).hexdigest()
                  for name, token in TOKENS.items()}
        path = self.write("tokens", f"desk {digest['desk']} operations=yes\n"
                                    f"reader {digest['reader']} codes=995365 modes=conflated\n")
        path.chmod(0o600)
        return str(path)

    def ask(self, path, method="GET", **headers):
        """(status, headers, body)"""
        if self.tls:
            connection = http.client.HTTPSConnection(self.address.hostname, self.address.port,
                                                     timeout=20, context=self.tls)
        else:
            connection = http.client.HTTPConnection(self.address.hostname, self.address.port,
                                                    timeout=20)
        connection.request(method, path,
                           headers={name.replace("_", "-"): value
                                    for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body

    def stream(self, *headers):
        client = websocket.Client(self.ready["http"], headers=headers, tls=self.tls)
        self.addCleanup(client.__exit__)
        return client

    def next_of(self, client, *types):
        while (message := client.receive())["type"] not in types:
            pass
        return message


class Tokens(Access):
    def setUp(self):
        super().setUp()
        self.begin(tokens=self.tokens())

    def test_reading_needs_one_and_health_does_not(self):
        status, headers, body = self.ask("/v1/indices")
        self.assertEqual(status, 401)
        self.assertIn("Bearer", headers["www-authenticate"])
        self.assertEqual(headers["content-type"], "application/problem+json")
        self.assertEqual(json.loads(body)["status"], 401)
        self.assertEqual(self.ask("/v1/indices", Authorization="Bearer forged")[0], 401)
        self.assertEqual(self.ask("/healthz")[0], 200)
        status, _, body = self.ask("/v1/indices", Authorization="Bearer " + TOKENS["desk"])
        self.assertEqual(status, 200)
        self.assertEqual([index["code"] for index in json.loads(body)["indices"]],
                         list(harness.CODES))

    def test_a_token_shows_what_it_is_for(self):
        mine = {"Authorization": "Bearer " + TOKENS["reader"]}
        _, _, body = self.ask("/v1/indices", **mine)
        self.assertEqual([index["code"] for index in json.loads(body)["indices"]], ["995365"])
        self.assertEqual(self.ask("/v1/indices/995366", **mine)[0], 404)
        self.assertEqual(self.ask("/v1/clients", **mine)[0], 403)
        status, _, body = self.ask("/v1/clients", Authorization="Bearer " + TOKENS["desk"])
        self.assertEqual(status, 200)
        self.assertIn("desk", [client["name"] for client in json.loads(body)["clients"]])

    def test_a_stream_takes_it_in_the_header_or_first_of_all(self):
        for headers, first in ((["Authorization: Bearer " + TOKENS["desk"]], None),
                               ([], {"op": "authenticate", "token": TOKENS["desk"]})):
            client = self.stream(*headers)
            self.assertEqual(client.status, 101)
            if first:
                client.send(first)
                self.assertEqual(self.next_of(client, "authenticated", "error")["name"], "desk")
            client.send({"op": "subscribe", "codes": ["995366"], "mode": "tick"})
            self.assertEqual(self.next_of(client, "snapshot", "error")["code"], "995366")

    def test_a_forged_one_ends_the_stream(self):
        refused = websocket.Client(self.ready["http"], headers=["Authorization: Bearer forged"])
        self.addCleanup(refused.__exit__)
        self.assertEqual(refused.status, 401)
        client = self.stream()
        client.send({"op": "authenticate", "token": "forged"})
        with self.assertRaises(ConnectionError):
            while True:
                self.assertNotIn(client.receive()["type"], ("authenticated", "snapshot"))

    def test_modes_and_codes_are_held_to(self):
        client = self.stream("Authorization: Bearer " + TOKENS["reader"])
        client.send({"op": "subscribe", "codes": ["995365"], "mode": "tick"})
        self.assertEqual(self.next_of(client, "snapshot", "error")["type"], "error")
        client.send({"op": "subscribe", "codes": ["995366"], "mode": "conflated"})
        self.assertEqual(self.next_of(client, "snapshot", "error")["type"], "error")
        client.send({"op": "subscribe", "codes": ["995365"], "mode": "conflated"})
        self.assertEqual(self.next_of(client, "snapshot", "error")["type"], "snapshot")


class History(Access):
    """Levels of the day again: whose they are, how far back, and how many at once."""

    def newest(self):
        body = json.loads(self.ask("/v1/indices/995365", **self.desk)[2])
        return body["level"]["index_sequence"] if body["level"] else 0

    def history(self, query="", token="desk"):
        bearer = {"Authorization": "Bearer " + TOKENS[token]}
        status, headers, body = self.ask("/v1/indices/995365/history" + query, **bearer)
        return status, headers, json.loads(body)

    def setUp(self):
        super().setUp()
        self.desk = {"Authorization": "Bearer " + TOKENS["desk"]}

    def test_only_whoever_may_have_every_level_has_them_again(self):
        self.begin(tokens=self.tokens())
        self.assertEqual(self.history(token="reader")[0], 403)
        self.assertEqual(self.history()[0], 200)

    def test_a_page_that_is_past_stays_as_it_is(self):
        self.begin()
        harness.await_that(lambda: self.newest() > 20, "levels")
        _, headers, page = self.history("?after=3&to=12&limit=5")
        self.assertEqual([r["index_sequence"] for r in page["levels"]], [4, 5, 6, 7, 8])
        self.assertEqual(page["next"], 8)
        newest = self.newest()
        harness.await_that(lambda: self.newest() > newest, "a newer one")
        status, _, body = self.ask("/v1/indices/995365/history?after=3&to=12&limit=5",
                                   If_None_Match=headers["etag"])
        self.assertEqual((status, body), (304, ""))
        _, _, rest = self.history("?after=8&to=12&limit=5")
        self.assertEqual([r["index_sequence"] for r in rest["levels"]], [9, 10, 11, 12])
        self.assertIsNone(rest["next"])

    def test_what_is_gone_is_named(self):
        self.begin(core={"broadcast_ring": 1024})
        harness.await_that(lambda: self.history()[2]["unavailable_before"] > 1, "an overwritten level")
        _, _, page = self.history()
        self.assertEqual(page["levels"][0]["index_sequence"], page["unavailable_before"])
        _, _, gone = self.history("?to=1")
        self.assertEqual(gone["levels"], [])
        self.assertGreater(gone["unavailable_before"], 1)

    def test_more_than_a_second_allows_is_told_when_to_come_back(self):
        self.begin(tokens=self.tokens(), replay_bytes_per_s=65536)
        harness.await_that(lambda: self.newest() > 500, "levels")
        self.assertEqual(self.history()[0], 200)
        status, headers, problem = self.history()
        self.assertEqual((status, problem["status"]), (429, 429))
        self.assertGreater(int(headers["retry-after"]), 0)
        self.assertEqual(self.newest() > 500, True)  # other pages are not held up


@certificate.needs_openssl
class Tls(Access):
    def setUp(self):
        super().setUp()
        tls, context = certificate.make(self.folder)
        self.begin(tls=tls)
        self.tls = context

    def test_levels_come_over_https_and_wss(self):
        status, _, body = self.ask("/v1/indices")
        self.assertEqual(status, 200)
        self.assertEqual(len(json.loads(body)["indices"]), 3)
        client = self.stream()
        client.send({"op": "subscribe", "codes": ["995365"], "mode": "tick"})
        sequence = self.next_of(client, "snapshot")["index_sequence"]
        for _ in range(20):
            level = self.next_of(client, "level")
            self.assertEqual(level["index_sequence"], sequence + 1)
            sequence += 1

    def test_clear_text_and_old_versions_are_turned_away(self):
        secure, self.tls = self.tls, None
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.ask("/healthz")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        self.tls = old
        with self.assertRaises(OSError):
            self.ask("/healthz")
        self.tls = secure
        self.assertEqual(self.ask("/healthz")[0], 200)


class Pages(Access):
    def setUp(self):
        super().setUp()
        self.begin(allowed_origins=["https://desk.example"])

    def test_what_has_not_changed_is_not_sent_again(self):
        # The page of a day's definitions with its levels changes with every level; files do not.
        _, headers, body = self.ask("/")
        self.assertTrue(body)
        status, again, empty = self.ask("/", If_None_Match=headers["etag"])
        self.assertEqual((status, empty), (304, ""))
        self.assertEqual(again["etag"], headers["etag"])
        status, headers, _ = self.ask("/v1/indices")
        self.assertEqual(status, 200)
        self.assertIn("etag", headers)
        self.assertEqual(self.ask("/v1/indices", If_None_Match='"another"')[0], 200)

    def test_another_origin_reads_where_it_is_allowed(self):
        _, headers, _ = self.ask("/v1/indices", Origin="https://desk.example")
        self.assertEqual(headers["access-control-allow-origin"], "https://desk.example")
        _, headers, _ = self.ask("/v1/indices", Origin="https://elsewhere.example")
        self.assertNotIn("access-control-allow-origin", headers)
        status, headers, _ = self.ask("/v1/indices", "OPTIONS", Origin="https://desk.example",
                                      Access_Control_Request_Method="GET")
        self.assertEqual(status, 204)
        self.assertIn("GET", headers["access-control-allow-methods"])
        self.assertEqual(self.stream("Origin: https://desk.example").status, 101)
        self.assertEqual(self.stream("Origin: https://elsewhere.example").status, 403)

    def test_a_long_list_is_had_in_pages(self):
        _, _, body = self.ask("/v1/indices?limit=2")
        first = json.loads(body)
        self.assertEqual([index["code"] for index in first["indices"]], ["995365", "995366"])
        _, _, body = self.ask("/v1/indices?after=995366&limit=2")
        self.assertEqual([index["code"] for index in json.loads(body)["indices"]], ["995367"])
        status, headers, body = self.ask("/v1/indices?limit=none")
        self.assertEqual(status, 400)
        self.assertEqual(headers["content-type"], "application/problem+json")
        problem = json.loads(body)
        for member in ("type", "title", "status", "detail", "instance"):
            self.assertIn(member, problem)

    def test_members_are_had_in_pages_as_the_level_has_them(self):
        members, pages, after = [], 0, ""
        _, _, body = self.ask("/v1/indices/995365")
        whole = json.loads(body)
        while after is not None:
            _, headers, body = self.ask(f"/v1/indices/995365/members?limit=3&after={after}")
            page = json.loads(body)
            self.assertLessEqual(len(page["members"]), 3)
            members += page["members"]
            pages, after = pages + 1, page["next"]
        self.assertEqual([m["symbol"] for m in members], [m["symbol"] for m in whole["members"]])
        self.assertEqual(set(members[0]), set(whole["members"][0]))
        self.assertEqual(pages, 4)
        self.assertIn("etag", headers)


if __name__ == "__main__":
    unittest.main()
