"""The ``callcenter`` command; each subcommand's module is loaded when used."""

from __future__ import annotations

from importlib import import_module

import click

from callcenter import logs

COMMANDS = {
    "asterisk": "asterisk",  # asterisk render | serve
    "call": "call",  # play the citizen over real SIP
    "calls": "calls",  # calls list | show
    "db": "db",  # db upgrade | downgrade
    "duty": "duty",
    "ivr": "ivr",  # ivr check | graph | try | serve
    "lines": "lines",  # lines test
    "officer": "call",  # play the officer over real SIP
    "prompts": "prompts",  # prompts build | check
    "reconcile": "reconcile",
    "seed": "seed",  # seed demo
    "spool": "spool",  # the spool process
    "tickets": "tickets",  # tickets list | show
    "token": "token",  # token make | list | revoke
    "twilio": "twilio",  # twilio setup | check | line | recording | bin
    "up": "up",
    "web": "web",  # the web process
    "worker": "worker",  # relay, RQ worker, periodic jobs
}

PROCESSES = frozenset({"asterisk", "ivr", "spool", "up", "web", "worker"})
"""They tell what they do; a person's commands only what goes wrong."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"callcenter.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Lazy)
@click.version_option(package_name="callcenter")
@click.pass_context
def main(context: click.Context) -> None:
    """Run the public hotline that does not lose a call."""
    command = context.invoked_subcommand or "callcenter"
    logs.configure(command, "INFO" if command in PROCESSES else "WARNING")
