"""The screens: thin views, each calling one service in one transaction.

How to add a page:

* A view needs a login unless it is marked; marks are in ``web.guard``::

      @pages.get("/agencies")
      @needs(Role.ADMIN)
      def agencies() -> str:
          with house().database.reading() as session:
              found = Agencies(session).all()
          return render_template("admin/agencies.html", agencies=found)

  ``house()`` has ``settings``, ``database``, ``store``; ``now()``, ``viewer()``
  and ``address()`` are in ``web.context`` beside it. Inside ``reading()`` load
  everything the template shows, or render inside the ``with``.
* A writing view calls its service inside ``house().database.transaction()``,
  then flashes and redirects with 303. CSRF is checked for every POST: put
  ``{{ csrf() }}`` into each form (a FlaskForm's own hidden field does as well).
  ``flash(text, "good" | "bad" | "note")``.
* Who may see a row is decided by ``services.access.Viewer``, never in a view;
  ``NotVisibleError`` from a service becomes a 404 page.
* Templates extend ``base.html``: blocks ``title``, ``content``, ``scripts``,
  and ``subnav`` for second-level links. Texts are Indonesian inside
  ``{% trans %}`` or ``_()``; English is in ``translations/en``.
* ``macros/page.html`` has ``heading(title, lead)``, ``badge(text, tone)``,
  ``when(time)``, ``empty(text)``, ``facts(rows)``; ``macros/forms.html`` has
  ``csrf()``, ``field(wtforms_field, hint)``, ``text(name, label, ...)``,
  ``select(...)``, ``buttons(label, back)``.
  Tables: ``<table class="stack">`` with ``data-label`` on each ``td`` become
  cards on a phone. Sections: ``<section class="card">``.
* The Content-Security-Policy allows no inline script and no ``style=``.
* Administration is the blueprint ``admin``, exported as ``pages`` by
  ``callcenter.web.admin`` (as every other part exports its own); when it has a view ``index``, the
  navigation links there for admins.
"""
