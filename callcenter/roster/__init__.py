"""Who is on duty: a roster as plain data, resolved at any second by arithmetic.

Nothing here knows a database, a web server or the time of day.
"""
