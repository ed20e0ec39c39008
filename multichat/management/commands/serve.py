"""Serve the site: its pages and its sockets."""

import argparse
from functools import partial

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from multichat.server import AddressError, StartError, Supervisor, inherit, listen, serve
from multichat.server.supervisor import tell_ready


class Command(BaseCommand):
    help = "Serve the site on HOST and PORT until Ctrl-C or SIGTERM."

    def add_arguments(self, parser):
        parser.add_argument(
            "--processes",
            type=int,
            default=1,
            metavar="N",
            help="how many processes share the port; SIGHUP replaces them one after the other",
        )
        # What a supervisor tells the processes that it starts.
        parser.add_argument("--listening", help=argparse.SUPPRESS)
        parser.add_argument("--line", type=int, help=argparse.SUPPRESS)

    def handle(self, *, processes, listening, line, **options):
        if processes < 1:
            raise CommandError("--processes: at least 1.")
        self.check_database()
        try:
            if line is not None:
                inherited = [inherit(int(number)) for number in listening.split(",")]
                self.serve(inherited, inherit(line))
            elif processes == 1:
                self.serve(listen(settings.HOST, settings.PORT))
            else:
                self.supervise(processes)
        except (AddressError, StartError) as error:
            raise CommandError(str(error)) from None

    def check_database(self):
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error}") from None
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date: run manage.py prepare first.")
        connection.close()

    def serve(self, listening, line=None):
        """Serve in this process; with a `line`, as one of several."""
        from multichat.asgi import application  # takes a moment, and only serving needs it

        serve(application, listening, partial(tell_ready, line) if line else self.tell, line)

    def supervise(self, processes):
        """Have several processes serve."""
        supervisor = Supervisor(processes, listen(settings.HOST, settings.PORT))
        if not settings.REDIS_URL:
            self.stdout.write(
                "Without REDIS_URL the processes hear of each other's news from the database, "
                f"every {settings.CHAT_SWEEP_SECONDS:g} s."
            )
        supervisor.run(self.tell)

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
