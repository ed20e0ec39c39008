"""What this site does otherwise than django-allauth's defaults."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from multichat.afterwards import afterwards

from . import first_admin, limits
from .devices import device_of
from .models import User, username_key
from .scripts import check_scripts
from .session_list import make_place

OTHER_WAYS = {
    "reauthenticate": _("Use your password instead"),
    "mfa_reauthenticate": _("Use a code instead"),
    "mfa_reauthenticate:webauthn": _("Use a passkey instead"),
}

logger = logging.getLogger(__name__)

BEGAN_WITH = "login_began_with"  # in the session: the hash that sessions of this person have


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up may be closed, names are compared by their key, and mail says SITE_URL."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Wrong username or password."),
        "too_many_login_attempts": _("Too many wrong passwords. Try again in five minutes."),
        "username_taken": User._meta.get_field("username").error_messages["unique"],
    }

    def is_open_for_signup(self, request):
        return settings.SIGN_UP == "open" and not first_admin.is_awaited()

    def clean_username(self, username, shallow=False):
        """Return the username; raise ValidationError when it is no name, or (deep) taken."""
        username = super().clean_username(username, shallow=True)
        check_scripts(username)
        if not shallow and User.objects.filter(username_key=username_key(username)).exists():
            raise self.validation_error("username_taken")
        return username

    def _get_login_attempts_cache_key(self, request, *, username="", **credentials):
        """Return what failed log-ins are counted by: an address and a name, so that nobody is
        locked out by what others try elsewhere."""
        return f"{limits.address_of(request)} {username_key(username)}"

    def forget_failed_logins(self, user):
        """Let the person try again at once who has proved by mail who they are."""
        request = context.request
        key = self._get_login_attempts_cache_key(request, username=user.username_key)
        ratelimit.clear(request, action="login_failed", key=key)

    def send_mail(self, template_prefix, email, context):
        """Send a mail soon, which names the site by its SITE_URL, whatever host was asked."""
        afterwards(self.send_mail_now, template_prefix, email, context)

    def send_mail_now(self, template_prefix, email, context):
        """Send a mail. A mail server that is away is the admin's trouble, and goes to the log."""
        try:
            words = {**context, "email": email, "site_url": settings.SITE_URL}
            self.render_mail(template_prefix, email, words).send()
        except OSError:  # smtplib's errors are among them
            logger.exception("A mail could not be sent: %s", template_prefix)

    def set_password(self, user, password):
        """Store a new password, and nothing else of what the request has read of the user: a hash
        takes its time, in which somebody may be banned or demoted."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def pre_login(self, request, user, **kwargs):
        """Note what the log-in begins with: a second factor may come much later."""
        request.session[BEGAN_WITH] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user):
        """Log in, unless the person was banned, or their password changed, since the log-in began:
        what ends sessions ends half a log-in as well. Raises ImmediateHttpResponse."""
        began_with = request.session.pop(BEGAN_WITH, None)
        user.refresh_from_db(fields=["is_active", "password", "sessions_ended"])
        if not user.is_active or began_with not in (None, user.get_session_auth_hash()):
            clear_login(request)
            raise ImmediateHttpResponse(redirect("account_login"))
        make_place(user)
        super().login(request, user)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell the owner of an account what was changed in it, and from where."""
        device = device_of(self.get_http_user_agent(self.request))
        context = {**(context or {}), "username": user.get_username(), "device": device}
        super().send_notification_mail(template_prefix, user, context, email)

    def get_reauthentication_methods(self, user):
        """Return the ways to prove once more who one is. Who has a second factor proves it by that:
        a password that somebody else knows does not take it away."""
        methods = super().get_reauthentication_methods(user)
        if len(methods) > 1:
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return [{**method, "description": OTHER_WAYS[method["id"]]} for method in methods]

    def get_reset_password_from_key_url(self, key):
        user, _dash, token = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=[user, token])

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
