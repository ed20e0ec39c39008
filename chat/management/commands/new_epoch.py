"""Begin a new history, after a backup was restored."""

from django.core.management.base import BaseCommand

from chat.models import Epoch


class Command(BaseCommand):
    help = (
        "Give the site a new epoch, after a backup was restored: clients that come back drop what "
        "they had and load their rooms anew."
    )

    def handle(self, **options):
        Epoch.renew()
        self.stdout.write("The site has a new epoch: every client will load its rooms anew.")
