"""HTTP, WebSocket and the page in a browser, over the built executable."""
import hashlib
import json
import re
import shutil
import unittest

import chromium
import harness
import recompute  # from deploy, which the harness puts in the path
import websocket

# The early afternoon: every market trades, so that every level moves.
DAY = {"begin": "14:00:00", "end": "14:30:00", "speed": 20.0, "wait_for_clients": True}


class Web(harness.Case):
    def setUp(self):
        super().setUp()
        config = self.configure(simulator=DAY)
        self.server, self.ready = self.serve(config)
        self.url = self.ready["http"]
        self.start("simulate", "simulate", "--config", config)
        harness.await_that(lambda: self.get("readyz")[0] == 200, "readiness")

    def get(self, path, decode=json.loads):
        return harness.fetch(self.url + path, decode)

    def levels(self):
        _, answer = self.get("v1/indices")
        return {index["code"]: index["level"] for index in answer["indices"]}

    def test_indices_and_their_members_are_one_picture(self):
        first = self.levels()
        self.assertEqual(tuple(first), harness.CODES)
        harness.await_that(lambda: all(level["level"] != first[code]["level"]
                                       for code, level in self.levels().items()),
                           "every level to move")
        for code in harness.CODES:
            _, answer = self.get("v1/indices/" + code)
            self.assertEqual(len(answer["members"]), 10)
            self.assertIn("disclosed on 2025-03-19", answer["provenance"])
            if not answer["prices_certain"]:
                continue
            basket = recompute.Basket(harness.ROOT / "deploy" / "indices" / f"{code}.toml")
            for member in answer["members"]:
                basket.prices[member["symbol"]] = recompute.Fraction(member["price"])
            self.assertEqual(answer["level"]["level"], basket.level())

    def test_feeds_status_health_and_metrics(self):
        _, answer = self.get("v1/feeds")
        self.assertEqual({feed["feed"]: feed["state"] for feed in answer["feeds"]},
                         {"sse": "live", "szse": "live", "hkex": "live"})
        self.assertEqual(self.get("healthz")[0], 200)
        self.assertEqual(self.get("v1/status")[1]["epoch"], str(self.ready["epoch"]))
        metrics = harness.counters(self.url)
        for feed in ("sse", "szse", "hkex"):
            self.assertGreater(metrics[f'indexcast_feed_applied_total{{feed="{feed}"}}'], 0)
            self.assertEqual(metrics[f'indexcast_feed_malformed_total{{feed="{feed}"}}'], 0)

    def test_what_is_not_there(self):
        for path in ("v1/indices/000000", "v1/nothing", "..%2f..%2fetc/passwd"):
            self.assertEqual(self.get(path)[0], 404, path)

    def test_websocket_sends_a_snapshot_and_then_every_level(self):
        with websocket.Client(self.url) as client:
            self.assertEqual(client.status, 101)
            client.send({"op": "subscribe", "codes": list(harness.CODES), "mode": "tick"})
            last, levels = {}, 0
            while levels < 300:
                message = client.receive()
                if message.get("type") == "snapshot":
                    self.assertNotIn(message["code"], last)
                    last[message["code"]] = message["index_sequence"]
                elif message.get("type") == "level":
                    self.assertEqual(message["index_sequence"], last[message["code"]] + 1)
                    last[message["code"]] = message["index_sequence"]
                    levels += 1
            self.assertEqual(set(last), set(harness.CODES))

    def test_websocket_answers_nonsense_with_an_error_and_goes_on(self):
        with websocket.Client(self.url) as client:
            for bad in ({"op": "fly"}, {"op": "subscribe"}, {"op": "subscribe", "codes": ["1"]}, 7):
                client.send(bad)
                self.assertEqual(client.answer()["type"], "error")
            client.send({"op": "ping"})
            self.assertEqual(client.answer()["type"], "pong")

    def test_conflated_stream_names_what_it_left_out(self):
        with websocket.Client(self.url) as client:
            client.send({"op": "subscribe", "codes": ["995366"], "mode": "conflated",
                         "interval_ms": 500})
            last = skipped_to = None
            while skipped_to is None or last <= skipped_to:
                message = client.receive()
                if message["type"] == "skipped":
                    self.assertEqual(message["from"], last + 1)
                    skipped_to = message["to"]
                elif message["type"] in ("snapshot", "level"):
                    last = message["index_sequence"]

    def test_the_page_shows_every_level_moving(self):
        browser = shutil.which("chromium")
        if browser is None:
            self.skipTest("chromium is not installed")
        with chromium.Page(browser, self.folder, self.url) as page:
            first = harness.await_that(lambda: self.shown(page), "three levels on the page")
            harness.await_that(lambda: all(level != first[code] for code, level in
                                           (self.shown(page) or first).items()),
                               "every level on the page to move")

    def shown(self, page):
        """{code: level} as a reader sees them; nothing while one is not there."""
        text = page.evaluate("document.getElementById('indices')?.innerText ?? ''")
        found = dict(re.findall(r"(99536[567])\b[\s\S]*?(\d{3,4}\.\d{4})\b", text))
        return found if set(found) == set(harness.CODES) else None


class PageWithTokens(harness.Case):
    """The page as a reader of a server that wants a token sees it."""

    TOKENS = {"steady": "codes=995365 modes=grid", "desk": ""}

    def setUp(self):
        super().setUp()
        self.browser = shutil.which("chromium")
        if self.browser is None:
            self.skipTest("chromium is not installed")
        lines = (f"{name} {hashlib.sha256(name.encode()).hexdigest()} {rights}\n"
                 for name, rights in self.TOKENS.items())
        tokens = self.write("tokens", "".join(lines))
        tokens.chmod(0o600)
        config = self.configure(simulator=DAY, http={"tokens": str(tokens)})
        _, ready = self.serve(config)
        self.start("simulate", "simulate", "--config", config)
        self.page = self.enterContext(chromium.Page(self.browser, self.folder, ready["http"]))

    def show(self, token):
        self.page.evaluate(f"document.getElementById('token').value = {json.dumps(token)};"
                           "document.getElementById('access').requestSubmit()")

    def await_text(self, found, what):
        return harness.await_that(
            lambda: found(self.page.evaluate("document.body?.innerText") or ""), what)

    def test_nothing_is_shown_before_a_token_that_is_good(self):
        text = self.await_text(lambda text: "holders of a token" in text and text, "the question")
        self.assertNotIn("Market data feeds", text)
        self.assertNotIn("does not accept", text)
        self.show("forged")
        text = self.await_text(lambda text: "does not accept" in text and text, "the refusal")
        self.assertNotIn("Market data feeds", text)
        self.show("desk")
        self.await_text(lambda text: all(level(text, code) for code in harness.CODES),
                        "three levels")

    def test_what_the_token_allows_is_shown_in_the_mode_that_it_allows(self):
        self.await_text(lambda text: "holders of a token" in text, "the question")
        self.show("steady")
        first = self.await_text(lambda text: level(text, "995365"), "a level")
        self.await_text(lambda text: level(text, "995365") not in (None, first), "its movement")
        self.assertNotIn("995366", self.page.evaluate("document.body.innerText"))

    def test_a_token_is_forgotten_when_asked_and_kept_until_then(self):
        self.await_text(lambda text: "holders of a token" in text, "the question")
        self.show("desk")
        self.await_text(lambda text: level(text, "995365"), "a level")
        # The page before shows its level until the next one is there.
        self.page.evaluate("document.body.dataset.before = 'yes'; location.reload()")
        harness.await_that(
            lambda: self.page.evaluate("document.body && !document.body.dataset.before"), "the reload")
        self.await_text(lambda text: level(text, "995365"), "a level without a question")
        self.page.evaluate("document.getElementById('forget').click()")
        self.await_text(lambda text: "holders of a token" in text, "the question again")


def level(text, code):
    found = re.search(code + r"\b[\s\S]*?(\d{3,4}\.\d{4})\b", text)
    return found and found[1]


if __name__ == "__main__":
    unittest.main()
