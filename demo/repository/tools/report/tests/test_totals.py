import unittest

from tally_report.totals import share_of, totals_by_quarter


class TotalsByQuarter(unittest.TestCase):
    def test_adds_up_by_quarter(self):
        invoices = [
            {"issued": "2024-04-02", "total": 500},
            {"issued": "2024-01-15", "total": 10748},
            {"issued": "2024-02-10", "total": 120000},
        ]
        self.assertEqual(totals_by_quarter(invoices), {(2024, 1): (2, 130748), (2024, 2): (1, 500)})

    def test_oldest_quarter_first(self):
        invoices = [{"issued": "2024-01-15", "total": 1}, {"issued": "2023-11-01", "total": 2}]
        self.assertEqual(list(totals_by_quarter(invoices)), [(2023, 4), (2024, 1)])

    def test_no_invoices(self):
        self.assertEqual(totals_by_quarter([]), {})


class ShareOf(unittest.TestCase):
    def test_rounds_to_one_decimal(self):
        self.assertEqual(share_of(1, 3), 33.3)
