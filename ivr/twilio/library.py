"""What Twilio's library raises, as ``TwilioError``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response

from ivr.twilio import errors
from ivr.twilio.errors import TwilioError


@contextmanager
def told() -> Iterator[None]:
    """Raise what the library, and what it stands on, raises as ``TwilioError``."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        raise errors.of(_number(error.code), _number(error.status)) from None
    except TwilioException as error:
        raise _of_list(error) from None
    except (requests.RequestException, OSError) as error:
        raise errors.no_answer(type(error).__name__) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # The library reads answers without looking; an answer that is no JSON ends here.
        raise errors.no_answer(f"it is not understood ({type(error).__name__})") from None


def _of_list(error: TwilioException) -> TwilioError:
    """Read the refusal of a list, which the library only hands through."""
    response = error.args[-1] if error.args else None
    if not isinstance(response, Response):
        return errors.no_answer(type(error).__name__)
    code = 0
    with suppress(ValueError, TypeError, AttributeError):
        code = _number(json.loads(response.text).get("code"))
    return errors.of(code, response.status_code)


def _number(code: Any) -> int:
    with suppress(TypeError, ValueError):
        return int(code)
    return 0
