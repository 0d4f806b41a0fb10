"""Measurements: what the call centre costs beside a bare Asterisk. ``make bench`` runs them all."""
