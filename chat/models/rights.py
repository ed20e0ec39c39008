"""A number that rises with every change of who may see or do what.

What was read from rooms, people, sessions and the epoch may be believed for as long as the number
is the same. It is raised by the database itself (rights_triggers.py), so it does not matter who
made a change, or how. The idea is that of a cache's generation, or SQLite's own `data_version`.
"""

from django.db import connection, models


class Rights(models.Model):
    """One row, written by triggers only. It is made by the first of them that fires."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField()

    def __str__(self):
        return str(self.number)

    @classmethod
    def current(cls):
        """Return the number, an integer; 0 where there is no row yet.

        To be read before what it vouches for: a change in between then makes a difference, and what
        is believed is never older than its number. Compare with `!=`: a backup brings back a lower
        one. A transaction's own changes count from its commit, not inside it.
        """
        # Asked with each join, each send and each sweep: the ORM takes six times as long.
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM chat_rights WHERE id = 1")
            row = cursor.fetchone()
        return row[0] if row else 0
