"""The account pages that are not django-allauth's own."""

from math import ceil

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from . import first_admin as first
from .forms import FirstAdminForm


def too_many(request):
    """The answer to one try too many."""
    context = {"minutes": ceil(request.retry_after / 60)}
    answer = render(request, "429.html", context, status=429)
    answer["Retry-After"] = request.retry_after
    return answer


class LoginView(allauth.LoginView):
    """Says when the site waits for its first admin, and offers to sign up when that is open."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            admin_awaited=first.is_awaited(),
            sign_up_open=get_adapter().is_open_for_signup(self.request),
            **kwargs,
        )


class SignupView(allauth.SignupView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except IntegrityError as error:
            return self.form_invalid(asked_again(form, error))

    def closed(self):
        """Say that nobody can sign up, and why."""
        context = {"admin_awaited": first.is_awaited()}
        return render(self.request, self.template_name_signup_closed, context)


@never_cache
@login_not_required
@sensitive_post_parameters()
def first_admin(request, code):
    """The page behind the link in the terminal: makes the first admin and logs them in."""
    if not first.is_valid(code):
        return first_admin_refused(request)
    form = FirstAdminForm(request.POST or None)
    if form.is_valid():
        try:
            user = first.spend(code, form.save)
        except IntegrityError as error:
            form = asked_again(form, error)
        else:
            if user is None:
                return first_admin_refused(request)
            login(request, user, settings.AUTHENTICATION_BACKENDS[0])
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "account/first_admin.html", {"form": form})


def first_admin_refused(request):
    context = {"admin_awaited": first.is_awaited()}
    return render(request, "account/first_admin_refused.html", context, status=404)


def asked_again(form, error):
    """Return the form with the sentence for what the database refused, an IntegrityError.

    Somebody was quicker: their name is there now, and the form sees it. Raises `error` when the
    form still finds nothing wrong.
    """
    form.full_clean()
    if form.is_valid():
        raise error
    return form
