"""Serve the site: its pages and its sockets."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from multichat.server import AddressError, serve


class Command(BaseCommand):
    help = "Serve the site on HOST and PORT until Ctrl-C or SIGTERM."

    def handle(self, **options):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date: run manage.py prepare first.")
        from multichat.asgi import application  # takes a moment, and only serving needs it

        try:
            serve(application, settings.HOST, settings.PORT, self.tell)
        except AddressError as error:
            raise CommandError(str(error)) from None

    def tell(self):
        """Say where the site is, and how its first admin is made."""
        self.stdout.write(f"multichat is at {settings.SITE_URL} (Ctrl-C ends it)")
        if settings.HTTPS and not settings.TRUSTED_PROXIES:
            self.stdout.write(
                "SITE_URL is https, which a reverse proxy has to bring: TRUSTED_PROXIES=1 believes "
                "what it says. Without it every page redirects to itself."
            )
        call_command("first_admin", stdout=self.stdout)
        self.stdout.flush()
        connection.close()
