import json
import sys

from tally_report.render import render_totals
from tally_report.totals import totals_by_quarter


def main(arguments):
    if len(arguments) != 1:
        print("usage: python3 -m tally_report INVOICES.json", file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        invoices = json.load(file)
    print(render_totals(totals_by_quarter(invoices)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
