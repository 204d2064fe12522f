"""Adds up the invoices of tally by quarter."""
