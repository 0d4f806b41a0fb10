"""Custody of audio objects, from a node's spool to the store."""
