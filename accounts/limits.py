"""django-allauth's limits, counted in multichat.rates: by all processes together.

Its own way counts in Django's cache, behind a lock in that cache. What stands here takes the place
of two of its functions, by which all its pages ask (see AccountsConfig.ready).
"""

from dataclasses import dataclass
from functools import wraps
from math import ceil

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit

from multichat import rates


@dataclass(frozen=True)
class Usage:
    """Tries that were counted, and can be taken back: {key: seconds}."""

    counted: dict

    def rollback(self):
        for key, seconds in self.counted.items():
            rates.add({key: -1}, seconds)


def consume(
    request,
    *,
    app,
    action,
    config=None,
    key=None,
    user=None,
    dry_run=False,
    limit_get=False,
    raise_exception=False,
):
    """Count a try; return its Usage, or None when it is one too many (or raise RateLimited).

    The parameters are those of allauth's function. What is refused notes on the request after how
    many seconds, at most, it is worth another try.
    """
    usage = Usage({})
    if request.method == "GET" and not limit_get:
        return usage
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        name = key_of(request, app, action, rate, key, user)
        total = rates.add({name: 0 if dry_run else 1}, rate.duration)[name]
        if total > rate.amount - dry_run:
            request.retry_after = ceil(rate.duration)
            if raise_exception:
                raise RateLimited
            return None
        if not dry_run:
            usage.counted[name] = rate.duration
    return usage


def clear(request, *, app, action, config=None, key=None, user=None):
    """Forget all tries."""
    found = ratelimit.get_rates(app=app, action=action, config=config)
    rates.forget([key_of(request, app, action, rate, key, user) for rate in found])


def key_of(request, app, action, rate, key, user):
    """Return the words for what a rate counts: an address, a person, or what `key` says."""
    whose = {
        "ip": lambda: address_of(request),
        "user": lambda: str((user or request.user).pk),
        "key": lambda: key,
    }
    return f"{app} {action} {rate.duration} {rate.per} {whose[rate.per]()}"


def address_of(request):
    """Return what a request's address is counted by. TrustedProxies has seen to the address."""
    return rates.network_of(request.META.get("REMOTE_ADDR", ""))


def limited(action, looking=True):
    """Decorate a view: each request counts, with `looking` those too that only look at the page,
    and is answered 429 over the limit."""

    def decorate(view):
        @wraps(view)
        def counted(request, *args, **kwargs):
            if consume(request, app="allauth.account", action=action, limit_get=looking):
                return view(request, *args, **kwargs)
            return ratelimit.respond_429(request)

        return counted

    return decorate
