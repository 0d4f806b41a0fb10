"""The signature of Twilio's requests (page "Security": validating requests from Twilio)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signature(token: str, url: str, posted: Mapping[str, str]) -> str:
    """Sign the full URL, then each posted name and value in the order of names, with HMAC-SHA1."""
    text = url + "".join(name + posted[name] for name in sorted(posted))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
