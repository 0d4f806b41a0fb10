"""Fixtures of the Asterisk driver's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk.audio import Audio
from ivr.asterisk.sounds import Sounds
from tests.unit.ivr.asterisk.exchange import Channel


@pytest.fixture
def channel() -> Iterator[Channel]:
    """A channel of a stand-in Asterisk."""
    channel = Channel()
    yield channel
    channel.close()


@pytest.fixture
def audio(tmp_path: Path) -> Audio:
    """An empty spool."""
    return Audio(tmp_path / "spool")


@pytest.fixture
def sounds(tmp_path: Path) -> Sounds:
    """Prompts of which none is there but one agency's name."""
    (tmp_path / "prompts/id/agency").mkdir(parents=True)
    (tmp_path / "prompts/id/agency/dinsos.wav").touch()
    return Sounds(tmp_path / "prompts")
