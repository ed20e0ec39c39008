from django.core.management.base import BaseCommand, CommandError

from accounts.models import User


class Command(BaseCommand):
    help = "Remove the second factor of somebody who has lost it: the password alone logs in again."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username, **options):
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            raise CommandError(f"There is nobody called {username}.") from None
        if not user.authenticator_set.all().delete()[0]:
            raise CommandError(f"{user} has no second factor.")
        self.stdout.write(f"{user} has no second factor any more.")
