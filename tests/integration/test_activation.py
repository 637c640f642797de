"""A day in which operators put versions of definitions into force: the oracle agrees on every level.

Before the open, while prices come in, while an index is held, and one that would move a level.
"""
import json
import shutil
import unittest

import harness
from test_days import FIRST, REFUSED, DaysCase, members_of
from test_oracle import OracleCase

from oracle import definition, inputs  # test_oracle puts it in the path

MORNING = {"begin": "09:10:00", "end": "09:40:00", "speed": 120.0}
LATER = {"begin": "09:40:00", "end": "09:55:00", "speed": 120.0}
# Held by 995365 alone, so that no other definition says where its trading starts.
OWN = "601728.SH"

DISTURBANCES = [
    {"jump": 0.01, "answer": 0.01, "quote": 0.02},
    {"hold": 0.01, "override": 0.01, "rate": 0.01, "feed_state": 0.003},
]


class ActivationCase(DaysCase, OracleCase):
    def begin(self):
        """A server in front of its day."""
        self.server, self.ready = self.start_first_day(admin=self.administration())

    def activate(self, path, check=0):
        """Asks for a version; what was answered."""
        new = definition.load(path)
        self.await_log(self.server, f"{new.code} version {new.version} for 20250402 is good")
        return self.ask(self.ready, "activate", new.code, str(new.version), check=check)

    def play_morning(self):
        """Ticks until `self.playing` ends."""
        settings = harness.site.tomllib.loads(self.config.read_text("utf-8"))
        settings["simulator"].update(MORNING)
        path = self.write("morning.toml", harness.site.dump(settings))
        self.playing = self.start("morning", "simulate", "--config", path, "--date", FIRST,
                                  "--seed", "5")

    def await_levels(self, code, more):
        """Until an index has published so many levels more."""
        def published():
            return int((self.by_code(self.ready)[code]["level"] or {}).get("index_sequence", 0))

        before = published()
        harness.await_that(lambda: published() >= before + more, f"levels of {code}")

    def finish(self):
        """(configuration, journal, levels) of the day, for the oracle."""
        self.server.end()
        levels = self.folder / "levels.jsonl"
        harness.run("replay", "--config", self.config, "--from-journal", self.ready["journal"],
                    "--output", levels, check=0)
        return self.config, self.ready["journal"], levels

    def stem(self):
        """Of the journal and of everything that is kept beside it."""
        return inputs.newest(self.ready["journal"]).with_suffix("")


class Activation(ActivationCase):
    def put_half_priced(self, code, version):
        """The shipped definition with twice the shares of one member at half the price."""
        rows = members_of(code)
        for row in rows:
            if row["symbol"] == OWN:
                row["calculation_shares"] = str(2 * int(row["calculation_shares"]))
                for price in ("close", "base_price", "reference_price"):
                    row[price] = "3.75"
        return self.put_version(code, version, rows)

    def test_every_level_before_and_after_is_that_of_its_version(self):
        self.begin()
        self.play_versions()
        day = self.finish()
        published = harness.read_levels(day[2])
        versions = {(r["code"], r["definition_version"]) for r in published}
        self.assertEqual(versions, {("995365", 1), ("995365", 2), ("995366", 1), ("995366", 2),
                                    ("995366", 4), ("995367", 1), ("995367", 2)})
        self.assert_agrees(*day, at_least=500)
        for seed, kinds in enumerate(DISTURBANCES, 1):
            with self.subTest(seed=seed, kinds=kinds):
                self.assert_agrees(*self.disturb_day(seed, kinds), at_least=500)

    def play_versions(self):
        self.activate(self.put_half_priced("995365", 2))  # nobody has spoken of a price yet
        self.play_morning()
        self.await_levels("995366", 30)
        self.activate(self.put_doubled("995366", 2, bid_ask="true"))
        self.await_levels("995366", 30)
        self.assertIn("Level differs",
                      self.activate(self.put_doubled("995366", 3, more=50_000_000), check=REFUSED))
        self.ask(self.ready, "hold", "995367", check=0)
        self.activate(self.put_doubled("995367", 2))
        self.await_levels("995366", 30)
        self.ask(self.ready, "release", "995367", check=0)
        self.playing.wait()
        self.activate(self.put_doubled("995366", 4))  # without bid and ask again
        self.simulate(self.config, FIRST, LATER)

    def disturb_day(self, seed, kinds):
        stem = self.stem()
        shutil.copy(stem.with_suffix(".definitions"), self.folder / "disturbed.definitions")
        for kept in stem.parent.glob(stem.name + ".edition-*"):
            shutil.copytree(kept, self.folder / f"disturbed{kept.suffix}", dirs_exist_ok=True)
        return self.disturb(self.config, self.ready["journal"], seed, kinds)


class Replay(ActivationCase):
    """What a replay needs of the versions stands beside the journal."""

    def test_a_version_is_replayed_after_its_files_are_gone(self):
        self.begin()
        path = self.put_doubled("995366", 2)
        self.activate(path)
        path.unlink()
        path.with_suffix(".csv").unlink()
        self.put_doubled("995366", 2, more=50_000_000)  # under the same name and version
        versions = [r["definition_version"] for r in harness.read_levels(self.finish()[2])
                    if r["code"] == "995366"]
        self.assertEqual((versions[0], versions[-1]), (1, 2))

    def test_a_version_that_is_not_kept_is_named(self):
        self.begin()
        self.activate(self.put_doubled("995366", 2))
        self.server.end()
        head = self.stem().with_suffix(".edition-1") / "definition.toml"
        head.unlink()
        done = harness.run("replay", "--config", self.config, "--from-journal",
                           self.ready["journal"], check=4)
        self.assertIn(str(head), done.stderr)

    def test_a_version_that_was_changed_there_is_refused(self):
        self.begin()
        self.activate(self.put_doubled("995366", 2))
        self.server.end()
        head = self.stem().with_suffix(".edition-1") / "definition.toml"
        head.write_text(head.read_text("utf-8").replace("version = 2", "version = 3"), "utf-8")
        done = harness.run("replay", "--config", self.config, "--from-journal",
                           self.ready["journal"], check=4)
        self.assertIn(f"{head}:0: differs from the definition that was activated", done.stderr)

    def test_what_was_staged_and_never_asked_for_is_passed_over(self):
        self.begin()
        in_the_way = self.stem().with_suffix(".edition-1")
        in_the_way.write_text("")
        path = self.put_doubled("995366", 2)
        self.assertIn("cannot be written", self.activate(path, check=REFUSED))
        in_the_way.unlink()
        self.activate(path)
        self.assertFalse(in_the_way.exists())
        self.assertTrue(self.stem().with_suffix(".edition-2").is_dir())
        self.play_morning()
        self.playing.wait()
        day = self.finish()
        self.assertEqual({r["definition_version"] for r in harness.read_levels(day[2])
                          if r["code"] == "995366"}, {1, 2})
        self.assert_agrees(*day, at_least=500)


if __name__ == "__main__":
    unittest.main()
