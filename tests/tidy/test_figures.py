"""Limits on the number and length of the product's files and functions; the draw of texts."""
import unittest

import draw
import figures


class Figures(unittest.TestCase):
    # Figures whose limit the tree does not meet yet. figures.py prints them as goals.
    GOALS = {"files per 1,000 lines", "units (a header with its source) per 1,000 lines",
             "files under 30 lines", "folders in a cycle of includes"}

    def test_every_figure_is_within_its_limit(self):
        values = figures.figures()
        self.assertEqual([str(figure) for figure in values
                          if not figure.is_met() and figure.name not in self.GOALS], [])
        self.assertLessEqual(self.GOALS, {figure.name for figure in values})

    def test_a_figure_knows_lower_and_upper_limits(self):
        self.assertTrue(figures.Figure("", 8.5, 8.5).is_met())
        self.assertFalse(figures.Figure("", 8.6, 8.5).is_met())
        self.assertTrue(figures.Figure("", 90, 90, at_least=True).is_met())
        self.assertFalse(figures.Figure("", 89, 90, at_least=True).is_met())


class Draw(unittest.TestCase):
    def test_the_same_seed_gives_the_same_draw(self):
        self.assertEqual(draw.draw(1, 10), draw.draw(1, 10))
        self.assertNotEqual(draw.draw(1, 10), draw.draw(2, 10))

    def test_every_kind_of_text_is_found(self):
        for kind, (total, entries) in draw.draw(1, 10).items():
            with self.subTest(kind):
                self.assertGreater(total, 30)
                self.assertEqual(len(entries), 10)
