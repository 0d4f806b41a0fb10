"""Telephone conversations: flows, turns and the drivers that carry them out."""
