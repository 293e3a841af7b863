"""Invoices as PDF, set by Typst, in a function of its own: its binary is large."""
