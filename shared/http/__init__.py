"""Requests and answers: the application, its middleware and JSON bodies."""
