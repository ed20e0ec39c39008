"""Print the link that makes the first admin, while there is none."""

from django.core.management.base import BaseCommand

from accounts.first_admin import make_link


class Command(BaseCommand):
    help = "Print a one-time link that makes the first admin. A link printed earlier ends."

    def handle(self, **options):
        if link := make_link():
            self.stdout.write(f"It has no admin yet. Make the first one here, once:\n\n  {link}\n")
