"""Telephone calls as scripts."""
