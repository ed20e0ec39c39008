"""The account pages that are not django-allauth's own."""

from functools import partial, wraps
from math import ceil

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from multichat.audit import By, record
from multichat.models import Act

from . import first_admin as first
from . import invitations as invited
from .forms import FirstAdminForm, InvitationForm, InvitationGone, InvitedSignupForm
from .limits import limited
from .models import Invitation, may_invite

SHOWN = 100  # invitations, the newest; the admin has all


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


class ReauthenticateView(allauth.ReauthenticateView):
    """Asks for the password, of who has no second factor."""

    def dispatch(self, request, *args, **kwargs):
        methods = get_adapter().get_reauthentication_methods(request.user)
        if methods and methods[0]["id"] != "reauthenticate":
            query = request.META["QUERY_STRING"]
            return redirect(methods[0]["url"] + (query and f"?{query}"))
        return super().dispatch(request, *args, **kwargs)


class ConfirmEmailView(allauth.ConfirmEmailView):
    """The page behind a mailed link. To open it changes nothing."""

    def logout_other_user(self, confirmation):
        if self.request.method == "POST":
            super().logout_other_user(confirmation)


class SignupView(allauth.SignupView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except IntegrityError as error:
            return self.form_invalid(asked_again(form, error))

    def closed(self):
        """Say that nobody can sign up, and why."""
        context = {
            "admin_awaited": first.is_awaited(),
            "by_invitation": invited.are_possible(),
        }
        return render(self.request, self.template_name_signup_closed, context)


class InvitationView(SignupView):
    """The sign-up page behind an invitation's link. Whatever is wrong with it, the answer is one:
    it does not say whether there ever was such an invitation."""

    template_name = "account/invitation.html"

    def is_open(self):
        self.invitation = invited.find(self.kwargs["code"])
        return self.invitation is not None

    def closed(self):
        return render(self.request, "account/invitation_refused.html", status=404)

    def get_form_class(self):
        return InvitedSignupForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "code": self.kwargs["code"]}

    def get_initial(self):
        return {**super().get_initial(), "email": self.invitation.email}

    def get_context_data(self, **kwargs):
        return super().get_context_data(invitation=self.invitation, **kwargs)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except InvitationGone:
            return self.closed()


def by_staff(view):
    """Decorate a view that exists for who may invite alone."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        if not may_invite(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return asked


@never_cache
@by_staff
@limited("invite", looking=False)
def invitations(request):
    """The page where staff make invitations, see all of them, and revoke them."""
    form = InvitationForm(request.POST or None)
    link = None
    if request.method == "POST" and not invited.are_possible():
        return redirect("invitations")
    if form.is_valid():
        link = invited.make(form.instance, form.cleaned_data["days"], By.request(request))
        if not link:
            words = _("The invitation is on its way to %s.") % form.instance.email
            messages.success(request, words)
            return redirect("invitations")
        form = InvitationForm()
    context = {
        "form": form,
        "link": link,
        "possible": invited.are_possible(),
        "invitations": Invitation.objects.select_related("maker", "used_by")[:SHOWN],
    }
    return render(request, "account/invitations.html", context)


@require_POST
@by_staff
def revoke_invitation(request, pk):
    invitation = get_object_or_404(Invitation, pk=pk)
    if invited.revoke(invitation, By.request(request)):
        messages.success(request, _("The invitation is revoked: its link does not work any more."))
    else:
        messages.warning(request, _("There was nothing to revoke: somebody was quicker."))
    return redirect("invitations")


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
            user = first.spend(code, partial(make_admin, request, form))
        except IntegrityError as error:
            form = asked_again(form, error)
        else:
            if user is None:
                return first_admin_refused(request)
            login(request, user, settings.AUTHENTICATION_BACKENDS[0])
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "account/first_admin.html", {"form": form})


def make_admin(request, form):
    """Store the first admin, who does that themselves, and return them."""
    user = form.save()
    record(Act.USER_MADE, By(user, By.request(request).address), subject=user)
    return user


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
