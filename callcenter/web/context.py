"""What every view may reach: the house it works in, the time, the viewer."""

from __future__ import annotations

from typing import cast

from flask_login import current_user

from callcenter.house import House, address, house, now, wall_clock
from callcenter.services.access import Viewer

__all__ = ["House", "address", "house", "now", "viewer", "wall_clock"]


def viewer() -> Viewer:
    """Tell who is logged in; only for views that need a login (the default)."""
    return cast(Viewer, current_user.viewer)
