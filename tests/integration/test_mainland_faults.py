"""Shanghai and Shenzhen against everything that the simulator can do to them.

A run with faults ends on the levels of the same day without any: those of a replayed capture.
"""
import json
import re
import time
import unittest

import certification
import harness
import settings as site  # from deploy, which the harness puts in the path

SEED = 11
MAINLAND = "995365"
DAY = {"begin": "14:00:00", "end": "14:02:00", "speed": 10.0, "halts": 0.0}


def last_levels(records):
    return {r["code"]: r["level"] for r in records}


def windows(kind, begin="14:00:10", end="14:02:00", **keys):
    return {"kind": kind, "begin": begin, "end": end, **keys}


class Mainland(harness.Case):
    """One index of Shanghai's and Shenzhen's members alone, on links that notice silence soon."""

    def settings(self, name, sse=None, szse=None, **simulator):
        definition = str(harness.ROOT / "deploy" / "indices" / f"{MAINLAND}.toml")
        fast = {"heartbeat": "1s"}
        return self.configure(
            name, definitions=[definition], hkex={"enabled": False},
            sse={**fast, "refused_backoff": "100ms", **(sse or {})},
            szse={**fast, **(szse or {})}, simulator={**DAY, **simulator})

    def expected(self, **simulator):
        """(summary, levels, outcomes by feed) of the day without faults, from a capture."""
        config = self.settings("expected.toml", **simulator)
        capture, output = self.folder / "expected.pcap", self.folder / "expected.jsonl"
        summary = self.folder / "expected.json"
        harness.run("simulate", "--config", config, "--seed", SEED, "--pcap", capture,
                    "--summary", summary, check=0)
        done = harness.run("replay", "--config", config, capture, "--output", output, check=0)
        return json.loads(summary.read_text()), harness.read_levels(output), done.stderr

    def live(self, faults=(), sse=None, szse=None, **simulator):
        """Plays the day with faults to a server; returns (watch, summary, recorded levels)."""
        config = self.settings("live.toml", sse, szse, **simulator)
        summary = self.folder / "live.json"
        arguments = ["simulate", "--config", config, "--seed", SEED, "--summary", summary]
        if faults:
            plan = self.write("faults.toml", site.dump({"fault": list(faults)}))
            arguments += ["--faults", plan]
        server, ready = self.serve(config)
        recorder, recording = self.record(ready)
        simulator = self.start("simulate", *arguments)
        watch = certification.Watch(ready["http"])
        self.assertTrue(watch.until(lambda: self.all_settled(watch), harness.LIMIT_S))
        watch.before, watch.seen = watch.now, {feed: set() for feed in watch.seen}
        watch.channels = {}
        while simulator.running():
            watch.until(lambda: True, 1)
            self.note_channels(watch)
            if all(watch.now.state(f) == "live" for f in watch.now.by_name):
                watch.last_live = watch.now
            time.sleep(certification.POLL_S / 2)
        simulator.wait()  # fails when a fault that was asked for did not happen
        watch.look()
        self.drain(ready, recording)
        recorder.end()
        server.end()
        return watch, json.loads(summary.read_text()), harness.read_levels(recording)

    @staticmethod
    def all_settled(watch):
        """Live, Shanghai by a gateway: before the simulator ran, its file was all there was."""
        file = [c for c in watch.now.by_name["sse"].get("channels", []) if c["channel"] == 2]
        return (all(watch.now.state(f) in ("live", "recovering") for f in watch.now.by_name)
                and all(c["state"] == "down" for c in file))

    @staticmethod
    def note_channels(watch):
        for name, feed in watch.now.by_name.items():
            for channel in feed.get("channels", []):
                states = watch.channels.setdefault((name, channel["channel"]), [])
                if not states or states[-1] != channel["state"]:
                    states.append(channel["state"])

    def assert_came_back(self, watch, feed):
        """It was not live, and it was live again before the day ended."""
        self.assertTrue(watch.seen[feed] - {"live"}, feed)
        self.assertEqual(watch.last_live.state(feed), "live")


class Gateways(Mainland):
    def test_broken_connections_and_messages_cost_nothing_but_time(self):
        # One after the other: a damaged message that is cut off as well would count once.
        faults = [windows("sequence_jump", "14:00:10", "14:00:20", count=2, venue="sse", amount=7)]
        for venue in ("sse", "szse"):
            faults += [windows("bad_checksum", "14:00:20", "14:00:29", count=3, venue=venue),
                       windows("wrong_day_image", "14:00:30", "14:00:40", count=2, venue=venue),
                       windows("disconnect_at_byte", "14:00:40", count=6, venue=venue),
                       windows("refuse_logon", "14:00:40", count=2, venue=venue)]
        _, expected, _ = self.expected()
        watch, _, published = self.live(faults)
        for feed in ("sse", "szse"):
            # Of the six cuts the first left nothing of its message, the others one to five bytes.
            self.assertEqual(watch.now.counter(feed, "malformed"), 3 + 5, feed)
            # Two from each gateway that the client was logged on to since the window began.
            self.assertIn(watch.now.counter(feed, "rejected"), (2, 4), feed)
            self.assertGreaterEqual(watch.now.counter(feed, "disconnects"), 6, feed)
            self.assertEqual(watch.now.counter(feed, "logons_refused"), 2, feed)
            self.assert_came_back(watch, feed)
        self.assertGreaterEqual(watch.now.counter("sse", "gaps"), 2)
        self.assertEqual(last_levels(published), last_levels(expected))

    def test_gateways_that_hang_dawdle_or_send_clients_away_are_replaced(self):
        faults = []
        # All codes, but for those that have Shenzhen's clients wait: 3 and 5 to 8.
        for venue, amount, count in (("sse", 0, 5), ("szse", 0, 3), ("szse", 9, 4)):
            faults.append(windows("logout", end="14:00:50", count=count, amount=amount,
                                  venue=venue))
        for venue in ("sse", "szse"):
            faults += [windows("stuck", begin="14:00:55", count=1, venue=venue),
                       windows("slow", begin="14:01:10", count=1, amount=300, venue=venue)]
        _, expected, _ = self.expected()
        watch, summary, published = self.live(faults)
        for feed in ("sse", "szse"):
            self.assertGreater(watch.now.counter(feed, "connects"), 4, feed)
            self.assertEqual(watch.now.counter(feed, "malformed"), 0, feed)
            self.assert_came_back(watch, feed)
        self.assertGreater(summary["sessions"], 8)
        self.assertEqual(last_levels(published), last_levels(expected))

    def test_a_gateway_whose_heartbeats_stay_away_is_left(self):
        quiet = {"begin": "12:00:00", "end": "12:00:12", "speed": 1.0, "refresh": "1h"}
        faults = [windows("heartbeats_missing", begin="12:00:01", end="12:00:07", venue=venue)
                  for venue in ("sse", "szse")]
        watch, _, _ = self.live(faults, **quiet)
        for feed in ("sse", "szse"):
            self.assertGreater(watch.now.counter(feed, "disconnects"), 0, feed)
            self.assert_came_back(watch, feed)


class Identity(Mainland):
    """Names and passwords belong to each gateway (protocol notes of SZSE 1.1)."""

    PASSWORDS = ("first-secret", "second-secret")

    def sides(self, wrong):
        """(server's configuration, simulator's): alike, but for what `wrong` changes at gateway 1."""
        ports = site.Ports()
        szse = [{"address": f"127.0.0.1:{ports.take()}", "sender_comp_id": f"Realtime{i}",
                 "target_comp_id": f"mdgw{i}", "password": self.PASSWORDS[i - 1]} for i in (1, 2)]
        sse = [{"address": f"127.0.0.1:{ports.take()}", "target_comp_id": f"MDGW-SH-{i}"}
               for i in (1, 2)]
        of_simulator = self.settings("simulator.toml", {"gateways": sse}, {"gateways": szse})
        own = [{**szse[0], **wrong}, szse[1]]
        return self.settings("server.toml", {"gateways": sse}, {"gateways": own}), of_simulator

    def logs_on_at_the_second_gateway(self, wrong):
        """The server's log once both feeds have data although gateway 1 does not take our logon."""
        config, of_simulator = self.sides(wrong)
        simulator = self.start("simulate", "simulate", "--config", of_simulator, "--seed", SEED)
        server, ready = self.serve(config)
        watch = certification.Watch(ready["http"])
        self.assertTrue(watch.until(
            lambda: all(watch.now.counter(feed, "applied") > 0 for feed in ("sse", "szse")),
            harness.LIMIT_S), server.log.read_text())
        printed = harness.run("serve", "--config", config, "--check", "--print-config", check=0)
        server.end()
        simulator.end()
        log = server.log.read_text()
        for password in self.PASSWORDS:
            self.assertNotIn(password, log + printed.stdout + printed.stderr)
        return log

    def test_a_gateway_with_another_name_is_reported_once_and_the_next_one_serves(self):
        log = self.logs_on_at_the_second_gateway({"target_comp_id": "mdgw9"})
        closed = re.findall(r"szse gateway .* closed the connection right after our logon.*", log)
        self.assertEqual(len(closed), 1, log)
        self.assertIn("target_comp_id, sender_comp_id or password", closed[0])
        self.assertRegex(log, 'szse gateway .* answered the logon: SenderCompID "mdgw2"')

    def test_a_gateway_with_another_password_does_not_delay_the_next_one(self):
        log = self.logs_on_at_the_second_gateway({"password": "no-such-secret"})
        self.assertRegex(log, r"szse gateway .* refused our logon: status 5 \(invalid user or password\)")
        self.assertNotIn("no-such-secret", log)


class OtherSources(Mainland):
    def test_the_file_takes_over_from_stuck_gateways_and_lost_ticks_are_sent_again(self):
        faults = [windows("stuck", begin="14:00:20", end="14:01:10", venue="sse"),
                  windows("tick_loss", venue="szse", count=20, probability=0.2)]
        sse = {"fallback_file": str(self.folder / "mktdt00.txt"), "fallback_after": "1s",
               "fallback_poll": "50ms"}
        szse = {"ticks": True, "resend_gateways": [{"address": f"127.0.0.1:{site.Ports().take()}",
                                                "target_comp_id": "mdgw1"}]}
        _, expected, _ = self.expected()
        watch, summary, published = self.live(faults, sse, szse)
        self.assertGreater(summary["mktdt_rounds"], 10)
        self.assertEqual(watch.grown("sse", "source_switches"), 2)
        file_states = watch.channels["sse", 2]
        self.assertIn("live", file_states)
        self.assertEqual(file_states[-1], "down")
        self.assert_came_back(watch, "sse")
        self.assertGreaterEqual(watch.now.counter("szse", "sequence_recovered"), 20)
        self.assertEqual(watch.now.counter("szse", "sequence_lost"), 0)
        self.assertEqual(watch.now.counter("szse", "malformed"), 0)
        self.assertEqual(last_levels(published), last_levels(expected))

    def test_ticks_that_nobody_sends_again_are_counted_as_lost(self):
        faults = [windows("tick_loss", end="14:00:40", venue="szse", count=5, probability=0.2),
                  windows("resend_refuse", begin="14:00:00", venue="szse")]
        szse = {"ticks": True, "resend_gateways": [{"address": f"127.0.0.1:{site.Ports().take()}",
                                                "target_comp_id": "mdgw1"}]}
        watch, _, _ = self.live(faults, None, szse, end="14:01:20")
        self.assertEqual(watch.now.counter("szse", "sequence_lost"), 5)
        self.assertEqual(watch.now.counter("szse", "sequence_recovered"), 0)
        states = [states for (feed, channel), states in watch.channels.items()
                  if feed == "szse" and channel > 1000]
        self.assertTrue(any("gap" in each for each in states), states)
        self.assertTrue(any("live" in each[each.index("gap"):] for each in states if "gap" in each))

    def test_multicast_brings_what_the_gateways_bring(self):
        ports = site.Ports()
        lines = {f"line_{name}": f"239.3.1.{i}:{ports.take(kind=site.socket.SOCK_DGRAM)}"
                 for i, name in enumerate("ab", 1)}
        szse = {"transport": "multicast",
                "multicast": {"interface": "127.0.0.1", "channels": [{"id": 1, **lines}]}}
        faults = [windows("loss", venue="szse", line="a", probability=0.3)]
        _, expected, _ = self.expected(end="14:01:00")
        watch, summary, published = self.live(faults, None, szse, end="14:01:00")
        mddp = summary["mddp"]
        self.assertGreater(mddp["lost"], 0)
        self.assertEqual(watch.now.counter("szse", "packets"), mddp["sent"])
        self.assertEqual(watch.now.counter("szse", "sequence_lost"), 0)
        self.assertEqual(watch.now.counter("szse", "malformed"), 0)
        self.assertEqual(last_levels(published), last_levels(expected))


class Captures(Mainland):
    def test_the_outcomes_add_up_to_what_the_exchanges_sent(self):
        summary, _, said = self.expected()
        for feed in ("sse", "szse"):
            outcomes = re.search(rf"^{feed}: .*", said, re.MULTILINE)[0]
            counts = dict(re.findall(r"(applied|duplicate|filtered|rejected|malformed) (\d+)",
                                     outcomes))
            # Heartbeats of Shenzhen's channels count with the session's, apart from the outcomes.
            heartbeats = summary["messages"][feed].get("390095", 0)
            self.assertEqual(sum(map(int, counts.values())) + heartbeats,
                             sum(summary["messages"][feed].values()), outcomes)
            self.assertEqual(sum(e["count"] for e in summary["subjects"] if e["venue"] == feed),
                             sum(summary["messages"][feed].values()))

    def test_multicast_packets_decode_to_the_last_byte(self):
        szse = {"transport": "multicast", "ticks": True}
        config = self.settings("multicast.toml", None, szse)
        capture, output = self.folder / "multicast.pcap", self.folder / "multicast.jsonl"
        done = harness.run("simulate", "--config", config, "--seed", SEED, "--pcap", capture, check=0)
        sent = json.loads(done.stdout)["messages"]["szse"]
        lines = [json.loads(line) for line in
                 harness.run("decode", "szse", "--json", capture, check=0).stdout.splitlines()]
        totals = lines.pop()["totals"]
        self.assertEqual(totals["malformed"]["bytes"], 0)
        self.assertEqual(sum(totals[name]["bytes"] for name in harness.ACCOUNT), totals["bytes"])
        for kind in ("300111", "300191", "390090"):
            seen = sum(line["type"] == kind for line in lines)
            self.assertEqual(seen, 2 * sent[kind], kind)  # once a line
        harness.run("replay", "--config", config, capture, "--output", output, check=0)
        by_gateway = self.expected()[1]
        self.assertEqual(last_levels(harness.read_levels(output)), last_levels(by_gateway))


if __name__ == "__main__":
    unittest.main()
