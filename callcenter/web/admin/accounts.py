"""Accounts: who may log in, and as what."""

from __future__ import annotations

from flask import flash, render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import Account
from callcenter.services.account_admin import AccountAdmin, AccountForm
from callcenter.services.agencies import Agencies
from callcenter.services.fields import FieldError
from callcenter.services.officers import Officers
from callcenter.web.admin.part import found, local_now, pages, reads, see_other, writes
from callcenter.web.context import house
from callcenter.web.forms import ticked, typed
from callcenter.web.problems import problem

Reply = str | tuple[str, int] | Response


@pages.get("/accounts")
@reads
def accounts() -> str:
    """List the accounts."""
    with house().database.reading() as db:
        return render_template("admin/accounts.html", rows=AccountAdmin(db).all())


@pages.get("/accounts/new")
@writes
def new_account() -> str:
    """Show the form of a new account."""
    with house().database.reading() as db:
        return _form(db, None, AccountForm("", "officer"))


@pages.post("/accounts/new")
@writes
def create_account() -> Reply:
    """Create an account and show its password this once."""
    form = _typed(typed("username"), active=True)
    try:
        with house().database.transaction() as db:
            account, password = AccountAdmin(db).create(form, local_now())
    except FieldError as error:
        with house().database.reading() as db:
            return _form(db, None, form, error), 422
    return render_template("admin/password.html", username=account.username, password=password)


@pages.get("/accounts/<int:account_id>")
@writes
def edit_account(account_id: int) -> str:
    """Show the form of an account."""
    with house().database.reading() as db:
        it = found(db, Account, account_id)
        agency, officer = it.agency.code if it.agency else "", str(it.officer_id or "")
        return _form(db, it, AccountForm(it.username, it.role, agency, officer, it.active))


@pages.post("/accounts/<int:account_id>")
@writes
def change_account(account_id: int) -> Reply:
    """Change an account."""
    form = _typed("", active=ticked("active"))
    try:
        with house().database.transaction() as db:
            AccountAdmin(db).change(found(db, Account, account_id), form)
    except FieldError as error:
        with house().database.reading() as db:
            return _form(db, found(db, Account, account_id), form, error), 422
    flash(_("Perubahan disimpan."), "good")
    return see_other("admin.accounts")


@pages.post("/accounts/<int:account_id>/password")
@writes
def new_password(account_id: int) -> str:
    """Draw another password and show it this once."""
    with house().database.transaction() as db:
        account = found(db, Account, account_id)
        password = AccountAdmin(db).new_password(account)
    return render_template("admin/password.html", username=account.username, password=password)


def _form(db: Session, it: Account | None, form: AccountForm, error: FieldError | None = None) -> str:
    errors = {error.field: problem(error.code)} if error else {}
    agencies = [(one.code, one.name) for one in Agencies(db).found()]
    people = [(str(one.id), f"{one.agency.name}: {one.name}") for one in Officers(db).found() if one.active]
    return render_template(
        "admin/account_form.html", it=it, form=form, errors=errors, agencies=agencies, people=people
    )


def _typed(username: str, *, active: bool) -> AccountForm:
    return AccountForm(username, typed("role"), typed("agency"), typed("officer"), active)
