"""Spoken prompts: their texts by language, building, checking."""
