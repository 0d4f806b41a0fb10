"""``callcenter up``, with two lines of the test's own between the exchange and the ivr process.

The exchange asks for its turns at the port ``FAULTS_AGI_PORT``, and the ivr
process finds the manager at ``FAULTS_AMI_PORT``; everything else is as a user
starts it.
"""

from __future__ import annotations

import os
from dataclasses import replace

from callcenter.child import Program
from callcenter.cli import main
from callcenter.cli import up as command
from callcenter.settings import Settings

DETOURS = {
    "asterisk": {"CALLCENTER_AGI_PORT": os.environ["FAULTS_AGI_PORT"]},
    "ivr": {"CALLCENTER_AMI_PORT": os.environ["FAULTS_AMI_PORT"]},
}
_programs = command.programs


def programs(settings: Settings) -> list[Program]:
    return [replace(one, environ={**one.environ, **DETOURS.get(one.name, {})}) for one in _programs(settings)]


if __name__ == "__main__":
    command.programs = programs  # the two settings are one: no machine has a line to be cut in between
    main(["up"])
