"""Alembic's folder: how the schema came about."""
