"""The triggers that raise the rights number, kept in place by every migrate.

They are no migration's, because a table that Django makes anew, as it does for most changes of one
on SQLite, loses its triggers.

Which changes count is said by what does not: a column that somebody adds counts until it is named
here. A change too many costs one reading of the rights; a change too few leaves somebody in a room.
How the two databases go about it is in rights_sql.py.
"""

from binascii import crc32

from django.apps import apps as installed_apps
from django.conf import settings
from django.db import connections, transaction

from .rights_sql import DIALECTS

# model -> the fields that say nothing of what somebody may see or do
PASSED_OVER = {
    "chat.Room": {"description"},
    "chat.Member": set(),
    "chat.Epoch": set(),
    settings.AUTH_USER_MODEL: {"last_login", "first_name", "last_name", "email", "date_joined"},
    "sessions.Session": set(),
    # Whether somebody has a second factor counts, see STAFF_NEEDS_SECOND_FACTOR; its use does not.
    "mfa.Authenticator": {"data", "created_at", "last_used_at"},
    "chat.Rights": set(),
}
EVENTS = {
    **{label: ["made", "changed", "gone", "emptied"] for label in PASSED_OVER},
    # A new session comes with each log-in, and takes nothing from anybody.
    "sessions.Session": ["replaced", "changed", "gone", "emptied"],
    "mfa.Authenticator": ["replaced", "changed", "gone", "emptied"],  # nor does a new second factor
    # A fixture that holds an older number would bring it back.
    "chat.Rights": ["lowered", "gone", "emptied"],
}
LOOSE = {
    label: ["touched" if event == "changed" else event for event in events]
    for label, events in EVENTS.items()
}


def loosen(using, apps, plan, **kwargs):
    """Let every update count, whatever it changes, before a migrate that has something to do.

    A receiver of `pre_migrate`. SQLite does not drop a column that a trigger names. Should the
    migrate fail, some updates too many raise the number until the next one.
    """
    if plan and connections[using].vendor == "sqlite":
        _make(using, apps, LOOSE)


def tighten(using, apps=installed_apps, **kwargs):
    """Make the triggers that are missing, and drop those that are out of date.

    A receiver of `post_migrate`. `apps` is what has been migrated, perhaps back: a model that is
    not in there gets none. What changed while a trigger was missing is made up for.
    """
    _make(using, apps, EVENTS)


def drop_all(apps, schema_editor):
    """Drop them: for the way back over the migration that made the number's table. SQLite does not
    make a table anew while triggers write to one that is gone."""
    _make(schema_editor.connection.alias, apps, {})


def _make(using, apps, events):
    dialect = DIALECTS[connections[using].vendor]
    wanted = triggers(dialect, apps, events)
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(dialect.present)
        present = dict(cursor.fetchall())
        for name in present.keys() - wanted.keys():
            cursor.execute(dialect.drop.format(name=name, table=present[name]))
        if missing := wanted.keys() - present.keys():
            if dialect.function:
                cursor.execute(dialect.function)
            for name in missing:
                cursor.execute(wanted[name])
            cursor.execute(dialect.raise_number)


def triggers(dialect, apps, events=EVENTS):
    """Return {name: SQL} of all that there are to be.

    A name ends in a digest of what the trigger does: another release's, that does something else,
    has another name.
    """
    models = {label: model for label in events if (model := find(apps, label))}
    if "chat.Rights" not in models:
        return {}
    return dict(
        trigger(dialect, event, model._meta, PASSED_OVER[label])
        for label, model in models.items()
        for event in events[label]
        if event in dialect.triggers
    )


def find(apps, label):
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def trigger(dialect, event, meta, passed_over):
    """Return a trigger as (name, SQL)."""
    fields = meta.concrete_fields
    # Sorted: a model that migrations put together has them in another order.
    columns = sorted(field.column for field in fields if field.name not in passed_over)
    places = {
        "table": meta.db_table,
        "key": meta.pk.column,
        "passed_over": ", ".join(f"'{name}'" for name in sorted(passed_over)),
        "old": ", ".join(f'OLD."{column}"' for column in columns),
        "new": ", ".join(f'NEW."{column}"' for column in columns),
    }
    template = dialect.triggers[event]
    digest = crc32((dialect.function + template.format(name="", **places)).encode())
    name = f"rights_{meta.db_table}_{event}_{digest:08x}"
    return name, template.format(name=name, **places)
