"""Operators' requests through the administrative interface: what they do, who may, what is kept."""
import hashlib
import json
import unittest
import urllib.error
import urllib.request

import harness

SEED = 11
DAY = {"begin": "09:29:00", "end": "09:50:00", "speed": 30.0}
TOKENS = {"wang": "a-token-of-wang", "li": "a-token-of-li"}
TIMES = ("epoch", "calculation_time", "publish_time")


class Control(harness.Case):
    two_person = False

    def open(self, journal=True):
        """Serves and plays; every level recorded."""
        lines = [f"{name} {hashlib.sha256(token.encode()).hexdigest()}\n"
                 for name, token in TOKENS.items()]
        tokens = self.secret("tokens", "".join(lines))
        for name, token in TOKENS.items():
            self.secret(name, token + "\n")
        self.config = self.configure(journal={"enabled": journal}, simulator=DAY,
                                     admin={"enabled": True, "port": 0, "tokens": str(tokens),
                                            "two_person": self.two_person})
        self.server, self.ready = self.serve(self.config)

    def play(self):
        self.recorder, self.recording = self.record(self.ready)
        self.simulator = self.start("simulate", "simulate", "--config", self.config, "--seed", SEED)
        harness.await_that(lambda: len(harness.read_levels(self.recording)) > 100, "levels")

    def secret(self, name, text):
        path = self.write(name, text)
        path.chmod(0o600)
        return path

    def control(self, *arguments, author="wang", check=0):
        done = harness.run("control", *arguments, "--url", self.ready["admin"], "--token-file",
                           self.folder / author, check=check)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def call(self, path, body=None, token=TOKENS["wang"]):
        """(status, decoded body) of a call made by hand."""
        request = urllib.request.Request(self.ready["admin"] + path, data=body)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def audit(self):
        [path] = (self.folder / "journal").glob("audit-*.jsonl")
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    def levels(self, code):
        return [r for r in harness.read_levels(self.recording) if r["code"] == code]

    def newest(self, code):
        levels = self.levels(code)
        return levels[-1] if levels else {}

    def test_a_held_index_stands_until_released_and_another_person_must_look_first(self):
        self.open()
        self.play()
        held = self.control("hold", "995365", "--reason", "drill", "--expect", 0)
        self.assertEqual((held["outcome"], held["version"], held["author"]), ("applied", 1, "wang"))
        harness.await_that(lambda: self.newest("995365").get("status") == "held", "the hold")
        at = self.newest("995365")["index_sequence"]
        others = len(self.levels("995366"))
        harness.await_that(lambda: len(self.levels("995366")) > others + 50, "another index")
        self.assertEqual(self.newest("995365")["index_sequence"], at)
        standing = self.control("status", "995365")
        self.assertEqual((standing["held"], standing["version"]), (True, 1))
        refused = self.control("release", "995365", "--reason", "mine", "--expect", 0,
                               author="li", check=7)
        self.assertEqual(refused["status"], 409)
        self.control("release", "995365", "--reason", "over", "--expect", 1, author="li")
        harness.await_that(lambda: self.newest("995365")["index_sequence"] > at, "the release")
        self.assertNotEqual(self.newest("995365")["status"], "held")
        self.assertEqual(harness.counters(self.ready["http"])[
            'indexcast_requests_total{operation="release",outcome="stale_version"}'], 1)

    def test_an_overridden_price_shows_and_the_journal_gives_the_same_levels_again(self):
        self.open()
        self.play()
        price = self.control("status", "688041.SH")["price"]
        self.control("override_price", "688041.SH", price + "1" if "." in price else price + ".01",
                     "--reason", "the feed is wrong", "--expect", 0, "--expires", "60s")
        harness.await_that(lambda: "override_in_force" in self.newest("995365")["flags"],
                           "the override")
        self.assertTrue(self.control("status", "688041.SH")["overridden"])
        self.control("release_price", "688041.SH", "--reason", "it is right again", "--expect", 1)
        harness.await_that(lambda: "override_in_force" not in self.newest("995365")["flags"],
                           "the release")
        self.simulator.end()
        self.drain(self.ready, self.recording)
        self.recorder.end()
        self.server.end()
        self.assert_journal_gives_the_same()

    def assert_journal_gives_the_same(self):
        output = self.folder / "replay.jsonl"
        harness.run("replay", "--config", self.config, "--from-journal", self.ready["journal"],
                    "--output", output, check=0)
        plain = lambda r: {key: value for key, value in r.items() if key not in TIMES}
        again = {(r["code"], r["index_sequence"]): plain(r) for r in harness.read_levels(output)}
        published = harness.read_levels(self.recording)
        self.assertTrue(any(r["cause"] == "control" for r in published))
        for record in published:
            self.assertEqual(plain(record), again[record["code"], record["index_sequence"]])

    def test_a_value_far_from_belief_needs_force_and_shows_its_effect_before_it_applies(self):
        self.open()
        self.play()
        price = float(self.control("status", "688041.SH")["price"])
        arguments = ("override_price", "688041.SH", f"{price * 10:.2f}", "--reason", "drill",
                     "--expect", "any")
        refused = self.control(*arguments, check=7)
        self.assertEqual((refused["status"], refused["title"]), (422, "Needs force"))
        [effect] = [e for e in refused["request"]["effects"] if e["index"] == "995365"]
        self.assertGreater(float(effect["effect_bp"]), 100)
        self.assertFalse(self.control("status", "688041.SH")["overridden"])
        previewed = self.control(*arguments, "--preview")
        self.assertEqual(previewed["outcome"], "previewed")
        done = harness.run("control", *arguments, "--force", "--url", self.ready["admin"],
                           "--token-file", self.folder / "wang", check=0)
        self.assertRegex(done.stderr, r"995365: \d+\.\d+ -> \d+\.\d+ \(\d+\.\d\d bp\)")
        self.assertEqual(json.loads(done.stdout)["outcome"], "applied")
        harness.await_that(lambda: "override_in_force" in self.newest("995365")["flags"],
                           "the override")
        rate = self.control("override_rate", "HKDCNY", "1.0833", "--reason", "inverted",
                            "--expect", "any", check=7)
        self.assertEqual(rate["title"], "Needs force")

    def test_a_fixing_comes_in_before_the_open_and_not_after(self):
        self.open()
        day_fx = float(self.control("status", "HKDCNY")["day_fx"])
        fixing = f"{day_fx * 1.01:.5f}"
        arguments = ("set_day_fx", "HKDCNY", fixing, "--reason", "fixing", "--expect", "any")
        self.control(*arguments)
        self.assertEqual(float(self.control("status", "HKDCNY")["day_fx"]), float(fixing))
        self.play()
        harness.await_that(lambda: self.newest("995366").get("status") == "open", "the open")
        self.assertEqual(self.control(*arguments, check=7)["title"], "Too late")

    def test_two_people_where_the_configuration_asks_for_them(self):
        self.two_person = True
        self.open()
        arguments = ("override_rate", "HKDCNY", "1.0", "--reason", "drill", "--expect", "any")
        proposed = self.control(*arguments, "--force")
        self.assertEqual(proposed["state"], "proposed")
        self.assertTrue(proposed["effects"])
        self.assertFalse(self.control("status", "HKDCNY")["overridden"])
        [waiting] = self.control("status")["proposals"]
        self.assertEqual(waiting["id"], proposed["id"])
        word = ("approve", proposed["id"], "--reason", "looked")
        self.assertEqual(self.control(*word, check=7)["title"], "Same person")
        approved = self.control(*word, author="li")
        self.assertEqual((approved["outcome"], approved["second_person"]), ("applied", "li"))
        self.assertTrue(self.control("status", "HKDCNY")["overridden"])
        self.assertEqual([l["event"] for l in self.audit() if l["event"] != "call"],
                         ["request", "outcome", "request", "outcome", "approval", "outcome"])

    def test_the_audit_holds_who_why_when_and_what_became_of_it(self):
        self.open()
        asked = self.control("exceptional_rule", "995366", "1", "--reason", "公告 2025-17",
                             "--expect", "any")
        lines = self.audit()
        [request] = [line for line in lines if line["event"] == "request"]
        [outcome] = [line for line in lines if line["event"] == "outcome"]
        self.assertEqual((request["author"], request["reason"], request["operation"],
                          request["target"], request["value"]),
                         ("wang", "公告 2025-17", "exceptional_rule", "995366", "1"))
        self.assertRegex(request["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")
        self.assertEqual((outcome["id"], outcome["outcome"], outcome["author"]),
                         (asked["id"], "applied", "wang"))

    def test_the_same_id_asks_once(self):
        self.open()
        first = self.control("hold", "995365", "--reason", "r", "--expect", "any")
        arguments = ("hold", "995365", "--reason", "r", "--expect", "any", "--id", first["id"])
        self.assertEqual(self.control(*arguments), first)
        other = self.control(*arguments[:3], "s", *arguments[4:], check=7)
        self.assertEqual(other["title"], "Id taken")
        self.assertEqual(len([l for l in self.audit() if l["event"] == "request"]), 1)

    def test_strangers_and_nonsense_are_refused_and_the_server_goes_on(self):
        self.open()
        path = "admin/v1/requests"
        self.assertEqual(self.call(path, token="guess")[0], 401)
        self.assertEqual(self.call(path, b"{")[0], 400)
        self.assertEqual(self.call(path, b"{}")[0], 422)
        self.assertEqual(self.call(path, b" " * 100_000)[0], 413)
        self.assertEqual(self.call("admin/v1/versions/nobody")[0], 404)
        self.assertEqual(harness.fetch(self.ready["http"] + path)[0], 404)
        self.assertNotIn("guess", json.dumps(self.audit()))
        self.control("hold", "995365", "--reason", "still there", "--expect", 0)

    def test_a_bad_command_line_or_token_file_asks_for_nothing(self):
        self.open()
        self.assertIn("--reason", self.control("hold", "995365", "--expect", "any", check=2))
        self.assertIn("--expect", self.control("hold", "995365", "--reason", "r", check=2))
        (self.folder / "wang").chmod(0o644)
        self.assertIn("chmod 600", self.control("status", "995365", check=4))

    def test_without_a_journal_the_log_is_the_audit(self):
        self.open(journal=False)
        self.control("hold", "995365", "--reason", "to the log", "--expect", 0)
        harness.await_that(lambda: "to the log" in self.server.log.read_text(), "the line")

    def test_tokens_that_others_may_read_are_refused_at_the_check(self):
        tokens = self.write("tokens", "wang " + "0" * 64 + "\n")
        tokens.chmod(0o644)
        config = self.configure(admin={"enabled": True, "tokens": str(tokens)})
        done = harness.run("serve", "--config", config, "--check", check=3)
        self.assertIn(f"{tokens}:1:mode: others may use it", done.stderr)


if __name__ == "__main__":
    unittest.main()
