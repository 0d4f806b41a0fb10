"""The list of the application's parts."""

from __future__ import annotations

from flask import Blueprint

from callcenter.web import (
    admin,
    auth,
    balance,
    board,
    calls,
    dispatch,
    duty,
    duty_plans,
    duty_proposals,
    duty_records,
    duty_watch,
    handover,
    health,
    lines,
    metrics,
    nuisance,
    obligations,
    recordings,
    texts,
    tickets,
    tokens,
    twilio,
)


def all_blueprints() -> list[Blueprint]:
    """List every blueprint of the application."""
    parts = (
        auth,
        board,
        calls,
        tickets,
        texts,
        dispatch,
        obligations,
        nuisance,
        lines,
        duty,
        duty_plans,
        duty_proposals,
        duty_watch,
        duty_records,
        handover,
        balance,
        recordings,
        health,
        metrics,
        tokens,
        twilio,
        admin,
    )
    return [part.pages for part in parts]
