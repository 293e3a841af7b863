"""Invoices as people read them."""
