"""The pages of the second factor that are not quite django-allauth's own."""

from allauth.account.mixins import NextRedirectMixin
from allauth.mfa.base.views import IndexView
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from . import second_factor


class SecurityView(IndexView):
    """Everything about how one logs in; the page where staff without a second factor are led."""

    def get_context_data(self, **kwargs):
        missing = second_factor.is_missing(self.request.user)
        return super().get_context_data(second_factor_missing=missing, **kwargs)


class AddPasskeyView(webauthn.AddWebAuthnView):
    """Every passkey is kept by its device, which asks who holds it: it can log in alone."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        # Asked for after allauth has asked: the last one counts.
        options = auth.begin_registration(self.request.user, passwordless=True)
        return {**context, "js_data": {"creation_options": options}}


class PasskeyLoginView(NextRedirectMixin, webauthn.LoginWebAuthnView):
    """A log-in by a passkey alone. Its form is on the page of the log-in, and so are its errors."""

    def get(self, request, *args, **kwargs):
        options = auth.begin_authentication()
        options["publicKey"] = {**options["publicKey"], "userVerification": "required"}
        return JsonResponse({"request_options": options})

    def form_invalid(self, form):
        tell_errors(self.request, form)
        return redirect(self.passthrough_next_url(reverse("account_login")))


class PasskeyAgainView(webauthn.ReauthenticateWebAuthnView):
    """A passkey to prove that one is still there."""

    def form_invalid(self, form):
        tell_errors(self.request, form)
        return redirect(self.passthrough_next_url(self.request.path))


def tell_errors(request, form):
    for error in form.errors.get("credential", []):
        messages.error(request, error)
