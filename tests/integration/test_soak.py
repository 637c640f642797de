"""The soak, short: many clients, a tenth of them misbehaving, and no clause on time or memory."""
import subprocess
import sys
import unittest

from harness import BINARY, ROOT

sys.path.insert(0, str(ROOT / "tests" / "soak"))
import promises  # noqa: E402  (found through the line above)

TOOLS = BINARY.parent.parent / "tests" / "soak"
CALM = {"levels": 1000, "lost": 0, "skipped": 0, "stray": 0, "closed": 0}


class ShortSoak(unittest.TestCase):
    def test_misbehaving_clients_cost_healthy_ones_nothing_and_every_loss_is_known(self):
        # Queues are small, so that they fill in the time that there is.
        done = subprocess.run(
            ["/usr/bin/python3", ROOT / "tests" / "soak" / "soak.py", "--tools", TOOLS,
             "--seconds", "16", "--websocket", "50", "--zmq", "10", "--levels-per-second", "1000",
             "--client-queue", "256", "--client-stall-ms", "4000", "--high-water-mark", "4000",
             "--zmq-heartbeat-ms", "3000", "--no-pace"],
            capture_output=True, text=True, timeout=240, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])


class Promises(unittest.TestCase):
    """Each verdict can be FAIL."""

    def test_a_level_that_a_healthy_client_lost(self):
        self.assertTrue(promises.healthy_have_all("clients", CALM, 0).holds)
        for key in ("lost", "skipped", "stray", "closed"):
            self.assertFalse(promises.healthy_have_all("clients", {**CALM, key: 1}, 0).holds, key)
        self.assertFalse(promises.healthy_have_all("clients", CALM, 1).holds)
        self.assertFalse(promises.healthy_have_all("clients", {**CALM, "levels": 0}, 0).holds)

    def test_a_conflation_that_was_not_announced(self):
        behind = {**CALM, "skipped": 10}
        self.assertTrue(promises.conflation_is_announced({"slow": behind}, 0).holds)
        self.assertFalse(promises.conflation_is_announced({"slow": {**behind, "lost": 1}}, 0).holds)
        self.assertFalse(promises.conflation_is_announced({"slow": behind}, 1).holds)

    def test_a_conflation_that_was_not_counted(self):
        self.assertTrue(promises.conflation_is_counted([3, 0], [0, 3], 3, 3).holds)
        self.assertFalse(promises.conflation_is_counted([3, 0], [0, 2], 3, 3).holds)
        self.assertFalse(promises.conflation_is_counted([3, 0], [0, 3], 4, 3).holds)

    def test_a_slow_client_that_was_closed(self):
        slow = {**CALM, "connections": 1}
        self.assertTrue(promises.slow_stay(slow).holds)
        self.assertFalse(promises.slow_stay({**slow, "closed": 1}).holds)

    def test_a_stuck_client_that_was_not_closed(self):
        self.assertFalse(promises.stuck_are_closed(2, 1).holds)

    def test_a_zmq_loss_that_nobody_detected(self):
        healthy = {"published": 10, "received": 10, "skipped": 0, "lost": 0}
        slow = {"published": 10, "received": 6, "skipped": 1, "lost": 3}
        self.assertTrue(promises.losses_are_detected([healthy, slow], 1, True).holds)
        self.assertFalse(promises.losses_are_detected([healthy, {**slow, "lost": 2}], 1, True).holds)
        self.assertFalse(promises.losses_are_detected([healthy, healthy], 1, True).holds)
        self.assertFalse(promises.losses_are_detected([healthy, slow], 1, False).holds)

    def test_what_makes_a_verdict_nothing_that_was_not_tried(self):
        self.assertFalse(promises.conflation_is_announced({"slow": CALM}, 0).holds)
        self.assertFalse(promises.conflation_is_counted([0], [0], 0, 0).holds)
        self.assertFalse(promises.stuck_are_closed(0, 0).holds)

    def windows(self, memory_kb=(1, 1, 1), p99_us=1000, heap_kb=None):
        """One cycle for each figure: two windows without those that misbehave, six with them."""
        windows = []
        for memory, heap in zip(memory_kb, heap_kb or memory_kb):
            windows += [promises.Window(False, 1000, 1000, memory, heap, 1.0)] * 2
            windows += [promises.Window(True, p99_us, p99_us, memory, heap, 1.0)] * 6
        return windows

    def test_memory_that_grows(self):
        flat, leak = [100_000] * 7, [100_000 + 2_500 * cycle for cycle in range(7)]
        filling = [60_000] + [100_000] * 6
        for memory, heap, expected in ((flat, flat, [True, True]), (filling, filling, [True, True]),
                                       (leak, leak, [False, False]), (flat, leak, [False, True]),
                                       (leak, flat, [True, False]), (flat[:2], flat[:2], [False, False])):
            verdicts = promises.memory_is_flat(self.windows(memory, heap_kb=heap))
            self.assertEqual([verdict.holds for verdict in verdicts], expected)

    def test_a_p99_that_moved(self):
        same, moved = self.windows(p99_us=1100), self.windows(p99_us=3000)
        self.assertTrue(promises.p99_is_unmoved("clients", same, "websocket_p99_us").holds)
        self.assertFalse(promises.p99_is_unmoved("clients", moved, "websocket_p99_us").holds)


if __name__ == "__main__":
    unittest.main()
