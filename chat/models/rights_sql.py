"""How PostgreSQL and SQLite say "raise the rights number when this happens".

PostgreSQL: the triggers are deferred. They fire at the commit, so the number's row, which every
change of rights writes, is locked only while a commit lasts, and after all else that a transaction
locks: a long transaction holds nobody up, and nobody waits in a circle. It is written once in a
transaction, however many rows that changes; deleting 100,000 sessions takes 1.5 s, 0.1 s without.
(A sequence would lock nothing, but show the new number before the change that it stands for.) Rows
are compared whole, as JSON: a trigger that named columns would keep migrations from altering them.

SQLite has one writer at a time, and triggers that fire with each row. It also has REPLACE, which
deletes rows and fires no DELETE trigger, only those of INSERT.
"""

from dataclasses import dataclass

# The number is at least the time, in microseconds: what follows one that was lost, or that a backup
# brought back, is a number that the site never had.
RAISE = """
INSERT INTO chat_rights (id, number) VALUES (1, {now})
ON CONFLICT (id) DO UPDATE SET number = {greatest}(chat_rights.number + 1, excluded.number)
"""


@dataclass(frozen=True)
class Dialect:
    """What one database has to be told.

    A trigger has places for its name, its table and that table's key; for the names of the columns
    that are passed over; and for the other columns of a row before and after a change.
    """

    present: str  # asks for the triggers there are: name, table
    drop: str  # with places for name and table
    raise_number: str
    triggers: dict  # event -> CREATE TRIGGER; an event that cannot happen is not in
    function: str = ""  # what all of them call


def postgresql():
    raise_number = RAISE.format(
        now="(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", greatest="GREATEST"
    )
    # The setting is the transaction's: the number that it has raised the row to. Where the row
    # holds another one after all, a hand or a fixture has written it since.
    function = f"""
        CREATE OR REPLACE FUNCTION chat_rights_raise() RETURNS trigger
        LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        DECLARE raised bigint;
        BEGIN
            IF NOT EXISTS (
                SELECT FROM chat_rights
                WHERE number::text = current_setting('chat_rights.raised', true)
            ) THEN
                {raise_number} RETURNING number INTO raised;
                PERFORM set_config('chat_rights.raised', raised::text, true);
            END IF;
            RETURN NULL;
        END $$
    """
    each_row = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    call = "EXECUTE FUNCTION chat_rights_raise()"
    create = "CREATE CONSTRAINT TRIGGER {name} AFTER"
    changed = f"{create} UPDATE ON {{table}} {each_row} WHEN"
    before, after = (f"to_jsonb({row}) - ARRAY[{{passed_over}}]::text[]" for row in ("OLD", "NEW"))
    return Dialect(
        present="SELECT tgname, tgrelid::regclass::text FROM pg_trigger"
        " WHERE starts_with(tgname, 'rights_') AND pg_table_is_visible(tgrelid)",
        drop="DROP TRIGGER {name} ON {table}",
        raise_number=raise_number,
        function=function,
        triggers={
            "made": f"{create} INSERT ON {{table}} {each_row} {call}",
            "changed": f"{changed} ({before} IS DISTINCT FROM {after}) {call}",
            "lowered": f"{changed} (NEW.number <= OLD.number) {call}",
            "gone": f"{create} DELETE ON {{table}} {each_row} {call}",
            "emptied": f"CREATE TRIGGER {{name}} AFTER TRUNCATE ON {{table}} {call}",
        },
    )


def sqlite():
    # Its clock ticks in milliseconds; 2440587.5 is the Julian day on which Unix's time begins.
    raise_number = RAISE.format(
        now="CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000", greatest="max"
    )
    body = f"BEGIN {raise_number}; END"
    there = "EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    return Dialect(
        present="SELECT name, tbl_name FROM sqlite_master"
        " WHERE type = 'trigger' AND name LIKE 'rights~_%' ESCAPE '~'",
        drop="DROP TRIGGER {name}",
        raise_number=raise_number,
        triggers={
            "made": f"CREATE TRIGGER {{name}} AFTER INSERT ON {{table}} {body}",
            "replaced": f"CREATE TRIGGER {{name}} BEFORE INSERT ON {{table}} WHEN {there} {body}",
            "touched": f"CREATE TRIGGER {{name}} AFTER UPDATE ON {{table}} {body}",
            "changed": "CREATE TRIGGER {name} AFTER UPDATE ON {table}"
            f" WHEN ({{old}}) IS NOT ({{new}}) {body}",
            "lowered": "CREATE TRIGGER {name} AFTER UPDATE ON {table}"
            f" WHEN NEW.number <= OLD.number {body}",
            "gone": f"CREATE TRIGGER {{name}} AFTER DELETE ON {{table}} {body}",
        },
    )


DIALECTS = {"postgresql": postgresql(), "sqlite": sqlite()}
