"""Text for people."""

from tally_report.periods import quarter_name


def render_totals(totals):
    """One line a quarter: its name, how many invoices, and their sum."""
    lines = [
        f"{quarter_name(quarter)}  {count_invoices(count)}  {format_money(cents)}"
        for quarter, (count, cents) in totals.items()
    ]
    return "".join(f"{line}\n" for line in lines)


def count_invoices(count):
    return "1 invoice" if count == 1 else f"{count} invoices"


def format_money(cents):
    """``1'200.00``, as the rest of tally writes it."""
    sign = "-" if cents < 0 else ""
    whole, fraction = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{fraction:02}".replace(",", "'")
