"""Whether a request comes from Twilio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"


class Signatures:
    """Checks signatures against the URLs that Twilio may have been told.

    Behind a proxy the URL that a request has here is not the one that was
    signed, so only configured ones count. Source: Twilio, "Security:
    validating requests".
    """

    def __init__(self, token: str, sites: Sequence[str]) -> None:
        """Know the account's auth token and this site's public URLs."""
        self._validator = RequestValidator(token)
        self._sites = sites

    def are_good(self, path: str, parameters: Mapping[str, str], signature: str) -> bool:
        """Tell whether one of our URLs with ``path`` (its query included) was signed so."""
        return bool(signature) and any(
            self._validator.validate(f"{site}{path}", parameters, signature) for site in self._sites
        )
