"""Counts that end: how often something was tried, over all processes. See multichat/rates.py."""

from django.db import connections, models
from django.db.models.expressions import RawSQL

# The database's own clock, in seconds: machines need not agree.
NOW = {
    "postgresql": "EXTRACT(EPOCH FROM clock_timestamp())::double precision",
    "sqlite": "((julianday('now') - 2440587.5) * 86400)",
}


class TallyManager(models.Manager):
    def add(self, counts, seconds):
        """Add to the tallies, in one statement that no other process can come between.

        counts: {key: number}; a tally that is new or over begins anew, and is over so many
        `seconds` later. Returns {key: total}.
        """
        connection = connections[self.db]
        now = NOW[connection.vendor]
        rows = ", ".join([f"(%s, %s, {now} + %s)"] * len(counts))
        # In the order of the keys, or two statements with the same ones could wait for each other.
        values = [value for key in sorted(counts) for value in (key, counts[key], seconds)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO multichat_tally AS tally (key, total, until) VALUES {rows} "  # noqa: S608 - no data in it
                "ON CONFLICT (key) DO UPDATE SET "
                f"total = CASE WHEN tally.until > {now} THEN tally.total ELSE 0 END"
                " + excluded.total, "
                f"until = CASE WHEN tally.until > {now} THEN tally.until ELSE excluded.until END "
                "RETURNING key, total",
                values,
            )
            return dict(cursor.fetchall())

    def over(self):
        """Return the tallies whose time is over: they count as nothing."""
        now = RawSQL(NOW[connections[self.db].vendor], [])  # noqa: S611 - no data in it
        return self.filter(until__lte=now)


class Tally(models.Model):
    """How often, since the first time, until its time is over."""

    key = models.CharField(max_length=64, primary_key=True)
    total = models.IntegerField()
    until = models.FloatField(db_index=True)  # seconds since 1970

    objects = TallyManager()

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.total} until {self.until:.0f}"
