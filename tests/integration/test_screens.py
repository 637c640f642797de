"""The page of a server that is killed, stopped, unplugged, drained, closed or restarted, in a
real browser: nothing counts as live two seconds after the last heartbeat."""
import hashlib
import json
import re
import shutil
import signal
import unittest
import urllib.parse

import chromium
import harness
from cable import Cable

# Every market trades, for longer than any test looks.
DAY = {"begin": "14:00:00", "end": "14:55:00", "speed": 3.0, "wait_for_clients": True}
CLOSING = {"begin": "15:50:00", "end": "16:40:00", "speed": 150.0}
# Words of a state that holds at this moment. "Open" the price is a label, not a state.
LIVE_WORDS = re.compile(r"\b(live|quotable|open|trading)\b")

STATE = "document.getElementById('connection')?.textContent"
TEXT = "document.body?.innerText ?? ''"
# Counts frames that show a live word although the last heartbeat is older than two seconds. It runs
# after the page's own drawing of the same frame.
WITNESS = """window.wrong = 0;
    (function look() {
        const late = Date.now() - server.heard > 2100;
        if (late && /\\b(live|quotable|open|trading)\\b/.test(document.body.innerText)) window.wrong += 1;
        requestAnimationFrame(look);
    })(); 0"""
# Colours that stand out: of directions, of states, of anything that is not filtered to grey.
COLOURS = """[...document.querySelectorAll('main .pill, main .up, main .down, main td, main .level, meter')]
    .filter((each) => each.getClientRects().length && !each.closest('.outdated'))
    .map((each) => each.className + ' ' + each.textContent).join('; ')"""


@unittest.skipUnless(shutil.which("chromium"), "chromium is not installed")
class Page(harness.Case):
    def begin(self, day=DAY, **settings):
        """A server with its market, and the page of it at the other end of a cable."""
        self.config = self.configure(simulator=day, **settings)
        self.server, self.ready = self.serve(self.config)
        self.start("simulate", "simulate", "--config", self.config, "--seed", "3")
        harness.await_that(lambda: harness.fetch(self.ready["http"] + "readyz")[0] == 200, "readiness")
        self.cable = self.enterContext(Cable(self.address()))
        self.page = self.enterContext(chromium.Page(shutil.which("chromium"), self.folder,
                                                    f"http://127.0.0.1:{self.cable.port}/"))

    def address(self):
        at = urllib.parse.urlsplit(self.ready["http"])
        return at.hostname, at.port

    def ask(self, expression):
        return self.page.evaluate(expression)

    def await_state(self, *states):
        harness.await_that(lambda: self.ask(STATE) in states, f"the state {states}")

    def levels(self):
        """{code: level} of the cards that are shown as quotable."""
        shown = re.findall(r"(99536[567])\b(?:(?!99536)[\s\S])*?(\d{3,4}\.\d{4})(?:(?!99536)[\s\S])*?\n(quotable)\n",
                           self.ask(TEXT))
        return {code: level for code, level, _ in shown}

    def await_levels(self, other=None):
        """Three quotable levels, each another one than in `other`."""
        def come():
            now = self.levels()
            return len(now) == 3 and all(now[code] != (other or {}).get(code) for code in now) and now

        return harness.await_that(come, "three quotable levels")

    def watch_frames(self):
        self.await_state("live")
        levels = self.await_levels()
        self.ask(WITNESS)
        return levels

    def assert_nothing_is_live(self, banner):
        """`banner`: the state on the page; values stay, without colour, status and quality."""
        harness.await_that(lambda: re.search(banner, self.ask(TEXT)), banner)
        text = self.ask(TEXT)
        self.assertNotRegex(text, LIVE_WORDS)
        self.assertEqual(len(re.findall(r"\d{3,4}\.\d{4}\n[▲▼]", text)), 3, text)
        # On each card, and on the panels of feeds and publishers.
        self.assertGreaterEqual(len(re.findall(r"as of \d\d:\d\d:\d\d\n", text)), 5, text)
        self.assertEqual(text.count("\tnot known\t"), 3, text)
        self.assertEqual(self.ask(COLOURS), "")
        self.assertEqual(self.ask("window.wrong"), 0)

    def test_a_killed_server_is_not_live_and_a_restarted_one_is_shown_anew(self):
        self.begin()
        self.watch_frames()
        epoch = self.ask("server.epoch")
        self.server.kill()
        self.await_state("no server")
        self.assert_nothing_is_live(r"No heartbeat from the server since \d\d:\d\d:\d\d \(local clock\)")
        self.server, self.ready = self.serve(self.config)
        self.cable.target = self.address()
        self.await_state("live")
        self.await_levels()
        self.assertNotEqual(self.ask("server.epoch"), epoch)
        self.assertEqual(self.ask("window.wrong"), 0)

    def test_a_stopped_server_is_not_live_until_it_goes_on(self):
        self.begin()
        levels = self.watch_frames()
        self.server.child.send_signal(signal.SIGSTOP)
        self.await_state("no server")
        self.assert_nothing_is_live("No heartbeat from the server since")
        self.server.child.send_signal(signal.SIGCONT)
        self.await_state("live")
        self.await_levels(levels)
        self.assertEqual(self.ask("window.wrong"), 0)

    def test_an_unplugged_server_is_not_live_until_it_is_plugged_in(self):
        self.begin()
        levels = self.watch_frames()
        self.cable.unplug()
        self.await_state("no server")
        self.assert_nothing_is_live("No heartbeat from the server since")
        self.cable.plug()
        self.await_state("live")
        self.await_levels(levels)
        self.assertEqual(self.ask("window.wrong"), 0)

    def test_a_machine_that_slept_judges_before_it_shows_anything_as_live(self):
        self.begin()
        levels = self.watch_frames()
        # A minute of sleep, then a heartbeat that had waited in the socket.
        text = self.ask(f"""(() => {{
            const now = Date.now, old = String(BigInt(Math.round(server.heard - server.delay)) * 1000000n);
            Date.now = () => now() + 60000;
            take({{ type: 'heartbeat', epoch: server.epoch, publish_time: old, draining: false, ready: true }});
            wake();
            return {TEXT};
        }})()""")
        self.assertNotRegex(text, LIVE_WORDS)
        self.assertIn("No heartbeat from the server since", text)
        self.await_state("live")  # it has connected again
        self.await_levels(levels)
        self.assertEqual(self.ask("window.wrong"), 0)

    def test_a_hidden_tab_shows_nothing_as_live_when_it_wakes(self):
        self.begin()
        self.watch_frames()
        text = self.ask(f"""(() => {{
            Object.defineProperty(document, 'hidden', {{ get: () => window.asleep, configurable: true }});
            window.asleep = true;
            document.dispatchEvent(new Event('visibilitychange'));
            return {TEXT};
        }})()""")
        self.assertNotRegex(text, LIVE_WORDS)
        self.assertIn("paused", text)
        self.ask("window.asleep = false; document.dispatchEvent(new Event('visibilitychange')); 0")
        self.await_state("live")

    def test_a_drained_server_says_so_until_it_is_back_in_service(self):
        digest = hashlib.sha256(b"token-of-wang").hexdigest()
        self.write("wang", "token-of-wang\n").chmod(0o600)
        self.write("operators", f"wang {digest}\n").chmod(0o600)
        self.begin(http={"drain_grace": "2s", "drain_spread": "1s"},
                   admin={"enabled": True, "port": 0, "tokens": str(self.folder / "operators")})

        def control(operation):
            harness.run("control", operation, "--reason", "a release", "--url", self.ready["admin"],
                        "--token-file", self.folder / "wang", check=0)

        self.watch_frames()
        control("drain")
        self.await_state("draining", "drained")
        self.await_state("drained")
        self.assert_nothing_is_live("This server is drained: an operator took it out of service")
        control("resume")
        self.await_state("live")
        self.await_levels()

    def test_a_server_without_its_market_says_that_it_is_not_ready(self):
        _, ready = self.serve(self.configure(simulator=DAY))
        self.page = self.enterContext(chromium.Page(shutil.which("chromium"), self.folder, ready["http"]))
        self.await_state("not ready")
        harness.await_that(lambda: "The server is not ready: feed sse is" in self.ask(TEXT), "the reason")

    def test_a_closed_day_says_so(self):
        self.begin(CLOSING)
        self.await_state("day closed")
        text = self.ask(TEXT)
        self.assertIn("The day is closed. Levels are the closing levels of the day.", text)
        self.assertEqual(len(re.findall(r"\nclosed\n", text)), 3, text)
        self.assertNotRegex(text, r"\n(open|quotable)\n")

    def test_open_high_and_low_that_the_server_did_not_see_are_dashes_with_a_note(self):
        self.begin()
        self.watch_frames()
        # In one step, so that no level of the server comes between.
        text = self.ask("""(() => {
            const index = indices.get('995366');
            takeLevel({ ...index.level, open: null, high: null, low: null, quotable: true,
                        flags: ['statistics_partial'] });
            draw();
            return index.card.innerText;
        })()""")
        self.assertRegex(text, r"Open\n–\nHigh\n–\nLow\n–\n")
        self.assertIn("The server did not see the whole day", text)
        self.assertRegex(text, r"\nquotable\s*statistics partial\n")

    def test_members_that_wait_are_named_until_they_are_accepted(self):
        self.begin()
        self.watch_frames()
        # In one step, so that no level of the server comes between.
        shown = self.ask("""(() => {
            const index = indices.get('995366');
            const record = { code: '995366', subject: 'price', decision: 'pending', reason: 'outside_collar',
                symbol: '688041.SH', price: '188.000000', reference: '141.980000', impact: 9120 };
            const look = (flags, pending_impact) => {
                takeLevel({ ...index.level, type: 'level', flags, pending_impact });
                drawCard(index, true);
                const list = index.card.querySelector('.pending');
                return list.hidden ? '' : [...list.children].map((line) => line.textContent).join('; ');
            };
            const out = [look(['price_pending'], 9120)];
            takePending(record);
            takePending({ ...record, subject: 'level_guard', symbol: '00700.HK', impact: 1000000 });
            out.push(look(['price_pending', 'level_guard'], 9120));
            takePending({ ...record, decision: 'accepted' });
            out.push(look(['level_guard'], 0));
            drawCard(index, false);
            out.push(index.card.querySelector('.pending').hidden);
            takePending({ ...record, subject: 'level_guard', symbol: '00700.HK', decision: 'refused' });
            out.push(look([], 0), index.pending.size);
            return JSON.stringify(out);
        })()""")
        guard = "00700.HK: level guard, price 188.00, before 141.98, moved the level by 10000.00 bp or more"
        self.assertEqual(json.loads(shown), [
            "price pending: member not known; pending impact 91.20 bp",
            "688041.SH: 188.00 waits (outside collar), compared with 141.98, would move the level by 91.20 bp; "
            + guard + "; pending impact 91.20 bp",
            guard, True, "", 0])

    def test_exchange_time_and_local_clock_stand_apart_in_a_stated_zone(self):
        self.begin()
        self.watch_frames()
        # Levels are drawn as they come, the clocks from time to time.
        clocks = (r"Exchange time \(data\), UTC\+8\n2025-04-02 14:\d\d:\d\d\n"
                  r"Local clock, UTC\+8\n(?!2025)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n")
        harness.await_that(lambda: re.search(clocks, self.ask(TEXT)), "both clocks")

    def test_a_rise_is_red_and_a_fall_green_by_default(self):
        self.begin()
        self.assert_colours("red", "green")

    def test_a_rise_is_green_where_the_server_says_so(self):
        self.begin(display={"colours": "green_up"})
        self.assert_colours("green", "red")

    def assert_colours(self, rise, fall):
        self.watch_frames()
        style = "getComputedStyle(document.body).getPropertyValue('--{}')"
        for direction, colour in (("up", rise), ("down", fall)):
            self.assertEqual(self.ask(style.format(direction)), self.ask(style.format(colour)))
        # Without colour: an arrow and a sign.
        self.assertRegex(self.ask(TEXT), r"\n(▲ \+|▼ −)\d")


if __name__ == "__main__":
    unittest.main()
