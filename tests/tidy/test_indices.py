"""The shipped definitions say what they are, and the demo's checker finds a wrong level."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INDICES = ROOT / "deploy" / "indices"
sys.path.insert(0, str(ROOT / "deploy"))

import recompute  # noqa: E402  (found through the line above)


class Indices(unittest.TestCase):
    def test_base_prices_give_the_base_level(self):
        for path in sorted(INDICES.glob("*.toml")):
            with self.subTest(path.name):
                self.assertEqual(recompute.Basket(path).level(), "1000.0000")

    def test_provenance_says_what_is_disclosed_and_what_is_ours(self):
        for path in sorted(INDICES.glob("*.toml")):
            with self.subTest(path.name):
                text = path.read_text(encoding="utf-8")
                for word in ("disclosed on 2025-03-19", "rescaled to 100 %", "illustrative"):
                    self.assertIn(word, text.split("provenance = ")[1])


class Recomputation(unittest.TestCase):
    """The checker of the demo must itself be able to find a wrong level."""

    def basket(self):
        return recompute.Basket(INDICES / "995366.toml")

    def record(self, sequence, value, level):
        return {"code": "995366", "index_sequence": sequence, "cause": "price",
                "cause_symbol": "00700.HK", "cause_value": value, "level": level}

    def test_half_up(self):
        for units, expected in (("0.00004", "0.0000"), ("0.00005", "0.0001"),
                                ("12.34565", "12.3457"), ("12.34564999", "12.3456")):
            self.assertEqual(recompute.half_up(recompute.Fraction(units), 4), expected)

    def test_a_right_level_passes(self):
        # A tenth more on 7.5 of 77.64 percent.
        records = [self.record(1, "550.000000", "1009.6600")]
        self.assertEqual(recompute.check({"995366": self.basket()}, records), [])

    def test_a_wrong_level_and_a_hole_are_found(self):
        records = [self.record(1, "550.000000", "1009.6601"), self.record(3, "500", "1000.0000")]
        wrong = recompute.check({"995366": self.basket()}, records)
        self.assertEqual([expected for _, expected in wrong], ["1009.6600", "sequence 2"])


if __name__ == "__main__":
    unittest.main()
