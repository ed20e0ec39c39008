"""Make the site ready to serve: the database, the static files and, on a new site, sample rooms."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = "Migrate, collect the static files, and load the sample rooms into a new database."

    def handle(self, **options):
        is_new = not connection.introspection.table_names()
        if is_new:
            self.stdout.write("Making the database, with a few rooms to begin with ...")
        call_command("migrate", verbosity=0)
        if is_new:
            call_command("loaddata", "sample_rooms", verbosity=0)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
