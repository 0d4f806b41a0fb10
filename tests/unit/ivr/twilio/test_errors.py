from __future__ import annotations

import pytest

from ivr.twilio.errors import KNOWN, no_answer, of


@pytest.mark.parametrize(
    ("code", "status", "permanent"),
    [
        (21211, 400, True),
        (20003, 401, False),
        (20404, 404, True),
        (0, 404, True),
        (0, 429, False),
        (0, 500, False),
        (0, 503, False),
        (12345, 422, True),
        (12345, 429, False),
    ],
)
def test_an_error_says_whether_asking_again_helps(code: int, status: int, permanent: bool) -> None:
    error = of(code, status)
    assert (error.permanent, error.code, error.status) == (permanent, code, status)


def test_each_known_code_has_words_of_its_own_language() -> None:
    for code, (_, words) in KNOWN.items():
        assert 10 < len(words) < 100, code
        assert str(code) in str(of(code, 400))


def test_no_answer_is_temporary() -> None:
    assert (no_answer("Timeout").permanent, no_answer("Timeout").status) == (False, 0)
