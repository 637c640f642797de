"""Data that comes late or twice, from the exchange's bytes to levels (METHODOLOGY 4, Order; 5,
Staleness): packets of a simulated day are moved in time, which the capture's clock tells."""
import datetime
import unittest

import harness
import capture  # from tools, which the harness puts in the path
import settings as site

SEED = 11
CHINA = datetime.timezone(datetime.timedelta(hours=8))
SECOND = capture.SECOND
MAINLAND, ALL_MARKETS = "995365", "995366"
MORNING = {"begin": "09:10:00", "end": "11:10:00", "ticks_per_second": 0.1, "refresh": "30s",
           "halts": 0.0, "empty_auctions": 0.0}
# What a live day judges; a simulated one is compressed by default.
MAX_LAG_S = {"sse": 8, "szse": 8, "hkex": 3}
JUDGED = {venue: {"max_lag": f"{limit}s"} for venue, limit in MAX_LAG_S.items()}
# The smallest difference of 5 s must be beyond the limit for 3 s; one second more between messages.
NOTICED_S = 9


def at(clock):
    """China's time of the simulated day in ns."""
    return int(datetime.datetime.fromisoformat(f"2025-04-02T{clock}+08:00").timestamp()) * SECOND


def clock(record):
    return datetime.datetime.fromtimestamp(int(record["receive_time"]) / SECOND,
                                           CHINA).strftime("%H:%M:%S")


def within(levels, begin, end):
    return [r for r in levels if at(begin) <= int(r["receive_time"]) < at(end)]


class LateData(harness.Case):
    def simulate(self, day):
        """(configuration, header, frames) of a day as the exchanges sent it."""
        config = self.configure(simulator=day, **JUDGED)
        path = self.folder / "sent.pcap"
        harness.run("simulate", "--config", config, "--seed", SEED, "--pcap", path, check=0)
        self.gateway = self.address_of(config)
        return config, *capture.read(path)

    @staticmethod
    def address_of(config):
        settings = site.tomllib.loads(config.read_text("utf-8"))
        host, port = settings["sse"]["gateways"][0]["address"].rsplit(":", 1)
        return host, int(port)

    def of_shanghai(self, frame):
        return frame.source == self.gateway

    def replay(self, config, header, frames):
        """{index: its levels} of what was received, and what the command told."""
        received, levels = self.folder / "received.pcap", self.folder / "levels.jsonl"
        capture.write(received, header, frames)
        done = harness.run("replay", "--config", config, received, "--output", levels, check=0)
        records = harness.read_levels(levels)
        self.assertTrue(records)
        return {code: [r for r in records if r["code"] == code] for code in harness.CODES}, done

    def undisturbed(self, config, header, frames):
        levels, _ = self.replay(config, header, frames)
        for code, records in levels.items():
            last = within(records, "09:40:00", "11:00:00")
            self.assertTrue(all(r["quotable"] for r in last), code)
        return levels

    def spell(self, levels, flag):
        """(from, to) in ns of the one time in which the flag stood."""
        standing = [flag in r["flags"] for r in levels]
        begins = [i for i in range(1, len(levels)) if standing[i] and not standing[i - 1]]
        ends = [i for i in range(1, len(levels)) if standing[i - 1] and not standing[i]]
        self.assertEqual((len(begins), len(ends)), (1, 1),
                         [(clock(levels[i]), levels[i]["flags"]) for i in begins + ends])
        return tuple(int(levels[i]["receive_time"]) for i in (begins[0], ends[0]))

    def assert_between(self, begin, value, end):
        self.assertTrue(begin <= value <= end, f"{(value - begin) / SECOND} s after the first")

    def test_shanghai_falls_behind_by_25_seconds_over_twenty_minutes(self):
        config, header, frames = self.simulate(MORNING)
        usual = self.undisturbed(config, header, frames)
        begin, growth, end = at("10:00:00"), 20 * 60, at("10:40:00")

        def lateness(time_ns):
            if not begin <= time_ns < end:
                return 0
            return min(25 * SECOND, (time_ns - begin) * 25 // growth)

        capture.delay(frames, self.of_shanghai, lateness)
        levels, _ = self.replay(config, header, frames)
        # 8 s late is what was sent at 10:06:24, which arrived at 10:06:32.
        crossed = begin + 8 * growth * SECOND // 25 + 8 * SECOND
        for code in (MAINLAND, ALL_MARKETS):
            with self.subTest(code):
                records = within(levels[code], "09:40:00", "11:00:00")
                since, until = self.spell(records, "feed_stale")
                self.assert_between(crossed, since, crossed + (NOTICED_S + 3) * SECOND)
                # From the end on the delayed messages arrive at once with those in time.
                self.assert_between(end, until, end + (25 + NOTICED_S) * SECOND)
                for record in records:
                    stale = since <= int(record["receive_time"]) < until
                    self.assertEqual(record["quotable"], not stale, clock(record))
                lags = [int(r["lag_ms"]) for r in within(levels[code], "10:21:00", "10:40:00")]
                self.assertTrue(lags and all(24_000 < lag < 26_000 for lag in lags))
                early = [int(r["lag_ms"]) for r in within(levels[code], "09:40:00", "10:00:00")]
                self.assertLess(max(early), 100)
                # Afterwards it is the day that it would have been.
                now = within(levels[code], "10:42:00", "11:00:00")
                then = within(usual[code], "10:42:00", "11:00:00")
                self.assertEqual([(r["receive_time"], r["level"], r["flags"]) for r in now],
                                 [(r["receive_time"], r["level"], r["flags"]) for r in then])

    def test_seventy_minutes_of_late_prices_and_then_a_rush(self):
        day = {**MORNING, "end": "11:20:00"}
        config, header, frames = self.simulate(day)
        usual = self.undisturbed(config, header, frames)
        begin, end = at("09:50:00"), at("11:00:00")
        # A gateway that delivers half of what it gets, until the whole rest comes at once.
        capture.delay(frames, self.of_shanghai,
                      lambda t: min(t - begin, end - t) if begin <= t < end else 0)
        levels, _ = self.replay(config, header, frames)
        for code in (MAINLAND, ALL_MARKETS):
            with self.subTest(code):
                records = within(levels[code], "09:40:00", "11:15:00")
                since, until = self.spell(records, "feed_stale")
                self.assert_between(begin + 16 * SECOND, since, begin + (16 + NOTICED_S) * SECOND)
                self.assert_between(end, until, end + NOTICED_S * SECOND)
                for record in records:
                    stale = since <= int(record["receive_time"]) < until
                    self.assertEqual(record["quotable"], not stale, clock(record))
                    self.assertFalse({"level_guard", "price_pending"} & set(record["flags"]))
                # The base stays what it was: the lag counts from it to the end of it all.
                [*_, last] = within(levels[code], "10:59:00", "11:00:00")
                self.assertGreater(int(last["lag_ms"]), 65_000)  # 34 minutes, as far as it is counted
                now = within(levels[code], "11:00:30", "11:15:00")
                then = within(usual[code], "11:00:30", "11:15:00")
                self.assertEqual([(r["receive_time"], r["level"]) for r in now],
                                 [(r["receive_time"], r["level"]) for r in then])

    AFTERNOON = {**MORNING, "end": "14:40:00", "ticks_per_second": 0.04}

    def morning_again(self, restamped):
        """Levels of a day on which Shanghai's gateway comes back at 14:00 with the data of 10:00 to
        10:20 before that of now, which goes on at 14:10; `restamped`: sent as if it were of now."""
        config, header, frames = self.simulate(self.AFTERNOON)
        usual, _ = self.replay(config, header, frames)
        again = []
        for frame in frames:
            if frame.source != self.gateway or not at("10:00:00") <= frame.time_ns < at("10:20:00"):
                continue
            due = at("14:00:01") + (frame.time_ns - at("10:00:00")) // 3
            for message in capture.shanghai_messages(frame.payload):
                data = capture.ShanghaiMessage(memoryview(bytearray(message.data)))
                if restamped:
                    data.restamp(due, data.number)
                again.append((due, bytes(data.data)))
        self.assertGreater(len(again), 1_000)
        live = [f for f in frames
                if f.source != self.gateway or not at("13:59:50") <= f.time_ns < at("14:10:00")]
        joined = capture.reconnect(live, self.gateway, at("14:00:00"), at("13:59:50"), again)
        levels, done = self.replay(config, header, joined)
        return usual, levels, done

    def assert_morning_moves_nothing(self, restamped):
        usual, levels, done = self.morning_again(restamped)
        self.assertIn("its prices come out of order", done.stderr)
        for code in (MAINLAND, ALL_MARKETS):
            with self.subTest(code):
                during = within(levels[code], "14:00:00", "14:10:00")
                [*_, before] = within(levels[code], "13:50:00", "13:59:50")
                self.assertEqual({r["cause_symbol"] for r in during if r["cause"] == "price"
                                  and r["cause_symbol"].endswith(".SH")}, set())
                for record in during:
                    self.assertFalse(record["quotable"], clock(record))
                # What the others do meanwhile counts, and the morning's prices do not.
                lowest = min([float(before["low"]), *(float(r["level"]) for r in during)])
                highest = max([float(before["high"]), *(float(r["level"]) for r in during)])
                self.assertTrue(all(lowest <= float(r["low"]) and float(r["high"]) <= highest
                                    for r in during))
                later = within(levels[code], "14:15:00", "14:35:00")
                then = within(usual[code], "14:15:00", "14:35:00")
                self.assertTrue(any(r["quotable"] for r in later))
                self.assertEqual([(r["receive_time"], r["level"], r["quotable"]) for r in later],
                                 [(r["receive_time"], r["level"], r["quotable"]) for r in then])

    def test_a_gateway_that_comes_back_with_the_morning_moves_nothing(self):
        self.assert_morning_moves_nothing(restamped=False)

    def test_nor_does_one_that_sends_it_as_if_it_were_of_now(self):
        self.assert_morning_moves_nothing(restamped=True)


if __name__ == "__main__":
    unittest.main()
