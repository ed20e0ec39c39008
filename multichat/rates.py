"""How often: counted in the database, so by all processes together, with Redis and without it.

What is counted begins with the first try and is over some seconds later, so that at the seam of two
such windows twice the number may pass. Keys are kept as digests that only the site's SECRET_KEY can
make: nobody reads addresses or names out of the table.
"""

from ipaddress import IPv6Address, ip_address

from django.core.cache.backends.base import BaseCache
from django.utils.crypto import salted_hmac

from .batches import batches
from .models import Tally

PREFIX = 64  # bits: what one household or machine is given of IPv6
BATCH = 2000  # rows: some milliseconds


def add(counts, seconds):
    """Count tries; return {key: total in its window}, of all processes.

    counts: {key: number}, a key being any string that says what and whose; a number below 0 takes
    tries back, and 0 only asks. One statement, however many keys. A window that begins with this
    is over after `seconds`.
    """
    digests = {digest_of(key): key for key in counts}
    totals = Tally.objects.add({digest: counts[key] for digest, key in digests.items()}, seconds)
    return {digests[digest]: total for digest, total in totals.items()}


def forget(keys):
    """Begin anew with these keys."""
    Tally.objects.filter(key__in=map(digest_of, keys)).delete()


def digest_of(key):
    return salted_hmac("multichat.rates", key, algorithm="sha256").hexdigest()


def network_of(address):
    """Return what an address is counted by: IPv4 as it is, of IPv6 the first 64 bits."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address  # of a socket file, say
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return f"{IPv6Address(int(ip) >> PREFIX << PREFIX)}/{PREFIX}"


def purge():
    """Delete what is over, a batch at a time."""
    for batch in batches(Tally.objects.over(), BATCH):
        yield batch.delete()


class Cache(BaseCache):
    """Django's cache as far as anything here asks for it: `add`, which of many only one can.

    django-allauth notes with it which code of a second factor was used. Everything else raises
    NotImplementedError: what is to be kept for all processes has a table.
    """

    def __init__(self, location, params):
        super().__init__(params)

    def add(self, key, value, timeout, version=None):
        """Return whether nobody has added the key within `timeout` seconds; `value` is not kept."""
        key = self.make_and_validate_key(key, version=version)
        return add({f"cache {key}": 1}, timeout)[f"cache {key}"] == 1
