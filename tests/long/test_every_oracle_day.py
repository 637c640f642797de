"""All days and disturbances of test_oracle and test_oracle_requests, of which the suite judges a selection."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
import test_oracle  # noqa: E402  (the line above finds it)
import test_oracle_requests  # noqa: E402


class EverySimulatedDay(test_oracle.SimulatedDays):
    every_day = True


class EveryDisturbedDay(test_oracle.DisturbedDays):
    every_day = True


class EveryDoubtfulDay(test_oracle.DoubtfulDays):
    every_day = True


class EveryEndingDay(test_oracle.EndingDays):
    every_day = True


class EveryQuotedDay(test_oracle.QuotedDays):
    every_day = True


class EveryFundDay(test_oracle.FundDays):
    every_day = True


class EveryRequestedDay(test_oracle_requests.RequestedDays):
    every_day = True


if __name__ == "__main__":
    unittest.main()
