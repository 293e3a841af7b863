"""Invoices as PDF, made by Typst. It is a function of its own, because the binary of Typst is large."""
