import unittest

from tally_report.periods import quarter_name, quarter_of


class QuarterOf(unittest.TestCase):
    def test_begin_of_a_quarter(self):
        self.assertEqual(quarter_of("2024-01-15"), (2024, 1))
        self.assertEqual(quarter_of("2024-04-01"), (2024, 2))

    def test_middle_of_a_quarter(self):
        self.assertEqual(quarter_of("2024-08-31"), (2024, 3))
        self.assertEqual(quarter_of("2023-11-30"), (2023, 4))

    def test_refuses_what_is_no_date(self):
        with self.assertRaises(ValueError):
            quarter_of("2024-02-30")


class QuarterName(unittest.TestCase):
    def test_year_first(self):
        self.assertEqual(quarter_name((2024, 1)), "2024 Q1")
