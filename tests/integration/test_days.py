"""One day after another in a server that keeps running, its subscribers connected."""
import csv
import datetime
import decimal
import hashlib
import json
import re
import shutil
import signal
import unittest

import harness
import websocket

INDICES = harness.ROOT / "deploy" / "indices"
FIRST, SECOND = "2025-04-02", "2025-04-03"
DATES = {FIRST: 20250402, SECOND: 20250403, "2025-10-31": 20251031, "2025-11-03": 20251103}
# From the last minutes of Hong Kong's trading to its closing prices, in about fifteen seconds.
CLOSE = {"begin": "15:57:00", "end": "16:35:00", "speed": 150.0}
CHINA = datetime.timezone(datetime.timedelta(hours=8))
CONFIG_REFUSED, REFUSED = 3, 7


def members_of(code):
    """Rows of a shipped definition."""
    with (INDICES / f"{code}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


class DaysCase(harness.Case):
    """A server that takes its days from a folder of definitions."""

    def setUp(self):
        super().setUp()
        self.definitions = self.folder / "definitions"
        self.definitions.mkdir()

    def put(self, day, codes=harness.CODES, version=1):
        """The shipped definitions, for `day`."""
        for code in codes:
            head = (INDICES / f"{code}.toml").read_text("utf-8")
            head = head.replace(FIRST, day).replace("version = 1", f"version = {version}")
            head = head.replace(f'"{code}.csv"', f'"{code}-{day}.csv"')
            shutil.copy(INDICES / f"{code}.csv", self.definitions / f"{code}-{day}.csv")
            (self.definitions / f"{code}-{day}.toml").write_text(head, "utf-8")

    def configure_days(self, **changes):
        # Nothing is due by the clock: what begins is asked for.
        days = {"directory": str(self.definitions), "poll": "1s", "begin_at": "23:59:59"}
        return self.configure(**{"definitions": [], "days": days, "journal": {"enabled": True},
                                 "trade_date": FIRST, **changes})

    def indices(self, ready):
        _, body = harness.fetch(ready["http"] + "v1/indices")
        return body

    def by_code(self, ready):
        return {index["code"]: index for index in self.indices(ready)["indices"]}

    def await_day(self, ready, day):
        harness.await_that(lambda: self.indices(ready)["trade_date"] == DATES[day], f"{day} to run")

    def await_log(self, server, text):
        harness.await_that(lambda: text in server.log.read_text(), text)

    def simulate(self, config, day, simulator):
        """Plays a day to a server that has its settings from another file."""
        path = self.folder / f"simulate-{day}.toml"
        settings = harness.site.tomllib.loads(config.read_text("utf-8"))
        settings["simulator"].update(simulator)
        path.write_text(harness.site.dump(settings), "utf-8")
        self.start(f"simulate-{day}", "simulate", "--config", path, "--date", day, "--seed", "5").wait()

    def start_first_day(self, **changes):
        self.put(FIRST)
        self.config = self.configure_days(**changes)
        return self.serve(self.config)

    def administration(self):
        digest = hashlib.sha256(b"a-token").hexdigest()
        for name, text in (("tokens", f"wang {digest}\n"), ("wang", "a-token\n")):
            self.write(name, text).chmod(0o600)
        return {"enabled": True, "port": 0, "tokens": str(self.folder / "tokens")}

    def ask(self, ready, *request, check):
        done = harness.run("control", *request, "--url", ready["admin"], "--token-file",
                           self.folder / "wang", "--reason", "a test", "--expect", "any", check=check)
        return done.stdout + done.stderr

    def put_version(self, code, version, rows, *changes):
        """Another version of a shipped definition: its members, and (old, new) texts of its head."""
        name = f"{code}-{version}"
        with (self.definitions / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        head = (INDICES / f"{code}.toml").read_text("utf-8")
        for old, new in (("version = 1", f"version = {version}"),
                         (f'"{code}.csv"', f'"{name}.csv"'), *changes):
            self.assertIn(old, head)
            head = head.replace(old, new)
        path = self.definitions / f"{name}.toml"
        path.write_text(head, "utf-8")
        return path

    def put_doubled(self, code, version, more=0, **keys):
        """The shipped definition at the same level; `more` shares of its first member move it, if they are
        so many that no two prices of a day make up for each other.
        `keys` are added to its head."""
        rows = members_of(code)
        for row in rows:
            row["calculation_shares"] = str(2 * int(row["calculation_shares"]))
        if more:
            # At the closes the level is the same: what one gains in shares another loses in worth.
            first, second = rows[:2]
            first["calculation_shares"] = str(int(first["calculation_shares"]) + more)
            worth = more * decimal.Decimal(first["close"]) / decimal.Decimal(second["close"])
            second["calculation_shares"] = str(int(second["calculation_shares"]) - round(worth))
        divisor = re.search(r'divisor = "(.*)"', (INDICES / f"{code}.toml").read_text("utf-8"))[1]
        added = [("\ndivisor", f"\n{key} = {value}\ndivisor") for key, value in keys.items()]
        return self.put_version(code, version, rows, (divisor, str(2 * decimal.Decimal(divisor))),
                                *added)


class Days(DaysCase):
    def roll(self, closing):
        """Tomorrow's definitions, made from the server's data of today, as an operator makes them."""
        for code, index in closing.items():
            closes = self.folder / f"closes-{code}.csv"
            closes.write_text("symbol,close\n" + "".join(
                f"{m['symbol']},{m['price']}\n" for m in index["members"]))
            new = self.folder / "rolled"
            rate = [] if code == "995365" else ["--close-fx", "HKD=" + index["level"]["fx_rate"]]
            harness.run("basket", "roll", self.definitions / f"{code}-{FIRST}.toml", "--date", SECOND,
                        "--closes", closes, *rate, "--closing-level", index["level"]["level"],
                        "--output", new, check=0)
            head = (new / f"{code}.toml").read_text("utf-8")
            (new / f"{code}.csv").rename(self.definitions / f"{code}-{SECOND}.csv")
            (self.definitions / f"{code}-{SECOND}.toml").write_text(
                head.replace(f'"{code}.csv"', f'"{code}-{SECOND}.csv"'), "utf-8")

    def test_the_close_of_one_day_is_where_the_next_begins(self):
        self.put(FIRST)
        # The client reads nothing while a day passes.
        config = self.configure_days(http={"client_stall": "10min"})
        server, ready = self.serve(config)
        recorder, recording = self.record(ready)
        with websocket.Client(ready["http"]) as client:
            client.send({"op": "subscribe", "codes": ["995366"]})
            first = self.next_level(client)
            self.assertEqual(first["trade_date"], DATES[FIRST])
            self.simulate(config, FIRST, CLOSE)
            codes = harness.await_that(lambda: self.closed(ready), "the official close")
            self.roll({code: harness.fetch(ready["http"] + f"v1/indices/{code}")[1] for code in codes})
            for code in codes:
                self.await_log(server, f"{code} version 2 for {DATES[SECOND]} is good")
            self.begin_next_day(server)
            self.await_day(ready, SECOND)
            second = first
            while second["epoch"] == first["epoch"]:
                second = self.next_level(client)
            self.assertEqual(second["type"], "snapshot")
            self.assertEqual(second["trade_date"], DATES[SECOND])
            self.assertEqual(second["previous_close"], codes["995366"])
            self.simulate(config, SECOND, {"begin": "10:00:00", "end": "10:05:00", "speed": 60.0})
        self.drain(ready, recording)
        recorder.end()
        server.end()
        records = harness.read_levels(recording)
        self.check_second_day([r for r in records if r["trade_date"] == DATES[SECOND]], codes)
        self.check_journals(config, records)

    def test_a_day_begins_when_its_hour_has_come(self):
        days = {"directory": str(self.definitions), "poll": "1s", "begin_at": "00:00:00"}
        _, ready = self.start_first_day(days=days)
        self.assertEqual(self.indices(ready)["trade_date"], DATES[FIRST])
        today = datetime.datetime.now(CHINA).date()  # the server's; it only has to be a later one
        for day in (today, today + datetime.timedelta(days=1)):  # midnight may pass meanwhile
            self.put(day.isoformat())
        harness.await_that(lambda: self.indices(ready)["trade_date"] > DATES[FIRST], "today to run")
        self.assertGreater(self.indices(ready)["epoch"], str(ready["epoch"]))

    def test_the_day_does_not_begin_before_its_hour(self):
        server, ready = self.start_first_day(days={
            "directory": str(self.definitions), "poll": "1s", "begin_at": "23:59:59"})
        self.put(datetime.datetime.now(CHINA).date().isoformat(), codes=["995365"])
        self.await_log(server, "995365 version 1 for")
        self.put(SECOND, codes=["995366"])  # looked at once more after the first was known
        self.await_log(server, "995366 version 1 for 20250403")
        self.assertEqual(self.indices(ready)["trade_date"], DATES[FIRST])

    def test_a_faulty_definition_keeps_no_other_from_running(self):
        server, ready = self.start_first_day()
        self.put(SECOND)
        head = self.definitions / f"995367-{SECOND}.toml"
        head.write_text(head.read_text("utf-8").replace("1000.0000", "1000.0001"), "utf-8")
        with websocket.Client(ready["http"]) as client:
            client.send({"op": "subscribe", "codes": ["995365", "995367"]})
            for _ in range(2):
                self.assertEqual(client.answer()["type"], "snapshot")
            self.begin_next_day(server)
            self.await_day(ready, SECOND)
            self.assertEqual(set(self.by_code(ready)), {"995365", "995366"})
            while (message := client.receive())["type"] != "unsubscribed":
                pass
            self.assertEqual(message["codes"], ["995367"])
        self.assertIn("divisor", server.log.read_text())

    def test_a_day_without_a_good_definition_does_not_begin(self):
        server, ready = self.start_first_day()
        self.put(SECOND, codes=["995365"])
        (self.definitions / f"995365-{SECOND}.csv").unlink()
        self.begin_next_day(server)
        self.await_log(server, f"no day after {DATES[FIRST]} has a definition")
        self.assertEqual(self.indices(ready)["trade_date"], DATES[FIRST])

    def test_the_newest_version_runs_and_requests_are_taken_where_they_were(self):
        server, ready = self.start_first_day(admin=self.administration())
        self.put(SECOND)
        for code in harness.CODES:
            old = self.definitions / f"{code}-{SECOND}.toml"
            (self.definitions / f"newer-{code}.toml").write_text(
                old.read_text("utf-8").replace("version = 1", "version = 3"), "utf-8")
        self.begin_next_day(server)
        self.await_day(ready, SECOND)
        self.assertEqual({i["definition_version"] for i in self.by_code(ready).values()}, {3})
        done = json.loads(self.ask(ready, "hold", "995366", check=0))
        self.assertEqual((done["outcome"], done["version"]), ("applied", 1))
        audits = sorted((self.folder / "journal").glob("audit-*.jsonl"))
        self.assertEqual([done["id"] in audit.read_text("utf-8") for audit in audits], [False, True])

    def test_a_check_says_what_would_be_left_out(self):
        self.put(FIRST)
        config = self.configure_days()
        self.assertIn("3 indices", harness.run("serve", "--config", config, "--check", check=0).stdout)
        (self.definitions / f"995365-{FIRST}.csv").write_text("symbol\n")
        checked = harness.run("serve", "--config", config, "--check", check=CONFIG_REFUSED)
        self.assertIn("2 indices", checked.stdout)
        self.assertIn(f"995365-{FIRST}.csv:1:", checked.stderr)
        for head in self.definitions.glob("*.toml"):
            head.unlink()
        refused = harness.run("serve", "--config", config, check=CONFIG_REFUSED)
        self.assertIn("days.directory", refused.stderr)

    def test_the_end_of_the_calendar_is_announced_in_a_check_and_when_a_day_begins(self):
        # The year ends 61 days after the first and 58 days after the second.
        days = {"2025-10-31": None,
                "2025-11-03": "the calendar ends on 2025-12-31, 58 days after 2025-11-03: add the file of 2026"}
        first, second = days
        year = str(harness.ROOT / "deploy" / "calendars" / "2025.toml")
        for day, warning in days.items():
            self.put(day)
            config = self.configure_days(trade_date=day, calendar=[year])
            said = harness.run("serve", "--config", config, "--check", check=0).stderr
            self.assertEqual("the calendar ends" in said, warning is not None, said)
            self.assertIn(warning or "", said)
        server, ready = self.serve(self.configure_days(trade_date=first, calendar=[year]))
        self.assertNotIn("the calendar ends", server.log.read_text())
        self.begin_next_day(server)
        self.await_day(ready, second)
        self.assertIn(days[second], server.log.read_text())

    def test_a_new_version_comes_into_force_on_command_when_no_level_moves(self):
        server, ready = self.start_first_day(admin=self.administration())
        recorder, recording = self.record(ready)
        self.simulate(self.config, FIRST, {"begin": "10:00:00", "end": "10:02:00", "speed": 60.0})
        self.put_doubled("995366", version=2)
        self.await_log(server, "995366 version 2 for 20250402 is good")
        refused = self.ask(ready, "activate", "995366", "3", check=REFUSED)
        self.assertIn("no good version 3 of 995366", refused)
        done = json.loads(self.ask(ready, "activate", "995366", "2", check=0))
        self.assertEqual((done["outcome"], done["author"]), ("applied", "wang"))
        harness.await_that(lambda: self.by_code(ready)["995366"]["definition_version"] == 2,
                           "the version on the page")
        self.simulate(self.config, FIRST, {"begin": "10:02:00", "end": "10:04:00", "speed": 60.0})
        self.put_doubled("995366", version=3, more=50_000_000)
        differs = self.ask(ready, "activate", "995366", "3", check=REFUSED)
        self.assertIn("Level differs", differs)
        self.drain(ready, recording)
        recorder.end()
        server.end()
        self.check_activation(harness.read_levels(recording), ready)

    def check_activation(self, records, ready):
        """Numbered through, the level where it was; and the journal tells the same."""
        levels = sorted((r for r in records if r["code"] == "995366"),
                        key=lambda r: int(r["index_sequence"]))
        numbers = [int(r["index_sequence"]) for r in levels]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        versions = [r["definition_version"] for r in levels]
        self.assertEqual(versions, sorted(versions))
        self.assertEqual(set(versions), {1, 2})
        at = versions.index(2)
        self.assertEqual(levels[at]["level"], levels[at - 1]["level"])
        self.assertEqual(levels[at]["cause"], "control")
        self.assertEqual({r["definition_version"] for r in records if r["code"] != "995366"}, {1})
        replayed = self.folder / "replay.jsonl"
        harness.run("replay", "--config", self.config, "--from-journal", ready["journal"],
                    "--output", replayed, check=0)
        again = {(r["code"], r["index_sequence"]): r for r in harness.read_levels(replayed)}
        for record in records:
            twin = again[record["code"], record["index_sequence"]]
            for name in ("level", "definition_version", "weight_live", "input_sequence"):
                self.assertEqual(record[name], twin[name])

    def begin_next_day(self, server):
        server.child.send_signal(signal.SIGHUP)

    def next_level(self, client):
        """The next snapshot or level of a connection."""
        while True:
            message = client.receive()
            if message["type"] in ("snapshot", "level"):
                return message

    def closed(self, ready):
        """{code: close} once every index has one."""
        closes = {code: index["level"]["close"] for code, index in self.by_code(ready).items()
                  if index["level"] and index["level"]["status"] == "closed"}
        return closes if set(closes) == set(harness.CODES) else None

    def check_second_day(self, records, closes):
        """A day like any other: numbered from 1, on the close as it was published, all feeds live."""
        sequences = {code: [int(r["index_sequence"]) for r in records if r["code"] == code]
                     for code in harness.CODES}
        for code, seen in sequences.items():
            self.assertEqual(seen, list(range(1, len(seen) + 1)), code)
            self.assertGreater(len(seen), 50, code)
        for record in records:
            self.assertEqual(record["previous_close"], closes[record["code"]], record)
        self.assertTrue(any(r["quotable"] for r in records))

    def check_journals(self, config, records):
        """Each day's journal gives that day's levels again."""
        journals = sorted((self.folder / "journal").glob("*.journal"))
        self.assertEqual(len(journals), 2)
        replayed = []
        for journal in journals:
            output = self.folder / "replay.jsonl"
            harness.run("replay", "--config", config, "--from-journal", journal,
                        "--output", output, check=0)
            replayed += harness.read_levels(output)
        digits = ["level", "status", "flags", "open", "close", "previous_close", "fx_rate"]

        def by_place(levels):
            return {(r["code"], r["trade_date"], r["index_sequence"]): [r[name] for name in digits]
                    for r in levels}

        # The feeds' end, after the recorder's, made a few more.
        recorded, again = by_place(records), by_place(replayed)
        self.assertEqual(len(recorded), len(records))
        self.assertLess(len(again) - len(recorded), 50)
        self.assertEqual(recorded, {place: again.get(place) for place in recorded})


if __name__ == "__main__":
    unittest.main()
