"""Duty for other programs: JSON under ``/api/v1``, with a token instead of a login (docs/api.md).

A route is a thin function, as a page's view is: it reads what is asked, calls
one service in one transaction, and gives the answer's facts. What the route
takes and gives is written beside it (``described``) in the words of
``schemas``; the OpenAPI document is made of that.
"""

from callcenter.api import changes, description, duty
from callcenter.api.door import pages

__all__ = ["changes", "description", "duty", "pages"]
