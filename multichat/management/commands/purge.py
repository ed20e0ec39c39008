"""Delete what is over, at once: for who serves the site otherwise than by `serve`."""

from django.core.management.base import BaseCommand, CommandError

from multichat.purging import purge


class Command(BaseCommand):
    help = "Delete expired sessions, old invitations and the like. The running site does it hourly."

    def handle(self, **options):
        if not purge():
            raise CommandError("Something could not be purged: see above.")
