"""Sums of invoices. Amounts are whole cents."""

from collections import defaultdict

from tally_report.periods import quarter_of


def totals_by_quarter(invoices):
    """Quarter to number of invoices and sum, the oldest quarter first."""
    groups = defaultdict(list)
    for invoice in invoices:
        groups[quarter_of(invoice["issued"])].append(invoice["total"])
    return {quarter: (len(sums), sum(sums)) for quarter, sums in sorted(groups.items())}


def share_of(part, whole):
    """How many percent of the whole a part is, rounded to one decimal."""
    return round(100 * part / whole, 1)
