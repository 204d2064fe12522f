import unittest

from tally_report.render import format_money, render_totals


class RenderTotals(unittest.TestCase):
    def test_one_line_a_quarter(self):
        totals = {(2023, 4): (1, 5), (2024, 1): (3, 130753)}
        self.assertEqual(render_totals(totals), "2023 Q4  1 invoice  0.05\n2024 Q1  3 invoices  1'307.53\n")


class FormatMoney(unittest.TestCase):
    def test_groups_and_signs(self):
        self.assertEqual(format_money(123456789), "1'234'567.89")
        self.assertEqual(format_money(-50), "-0.50")
