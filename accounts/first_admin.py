"""The first admin of a new site: made by whoever can read the terminal that the server runs in.

The link carries a code; only its digest is kept, so a copy of the database opens nothing. A code
ends when it is used, when the next start of the server makes another, or when the site has an
admin by other means.
"""

import hashlib
import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from .models import FirstAdminCode, User


def is_awaited():
    """Whether nobody can administer the site yet (or any more)."""
    return not User.objects.active_superusers().exists()


def make_link():
    """Return the address that makes the first admin, once; None when there is an active superuser.

    A link made earlier stops working: for good, or it would work again when the admin is gone.
    """
    if not is_awaited():
        FirstAdminCode.objects.all().delete()
        return None
    code = secrets.token_urlsafe(24)
    FirstAdminCode.objects.update_or_create(pk=1, defaults={"digest": digest_of(code)})
    return settings.SITE_URL + reverse("first_admin", args=[code])


def is_valid(code):
    """Whether the page at this code's link may be shown."""
    return FirstAdminCode.objects.filter(digest=digest_of(code)).exists() and is_awaited()


def spend(code, make):
    """Use the code up and return what `make()` makes; None when the code is wrong, used or late.

    Of two at once one wins: taking the row away is the first statement, which the other one waits
    for. When `make` raises, the code stays good.
    """
    with transaction.atomic():
        taken, _ = FirstAdminCode.objects.filter(digest=digest_of(code)).delete()
        return make() if taken and is_awaited() else None


def digest_of(code):
    return hashlib.sha256(code.encode()).hexdigest()
