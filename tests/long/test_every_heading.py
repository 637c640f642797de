"""All headings of certification_feeds.py on simulated days, of which the suite plays a selection."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
import certification_feeds  # noqa: E402  (the line above finds it)
import test_certification  # noqa: E402


class EveryHeading(test_certification.Certification):
    headings = tuple(heading for heading in certification_feeds.HEADINGS if heading != "capacity")
    headings_without_services = test_certification.NEEDS_SERVICES


if __name__ == "__main__":
    unittest.main()
