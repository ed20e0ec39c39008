"""The account pages: those of django-allauth that this site has, and its own."""

from allauth.account import views as allauth
from django.urls import path, re_path

from . import views
from .limits import limited

link = limited("link")  # pages behind links, whose codes nobody is to guess

urlpatterns = [
    path("first-admin/<str:code>/", link(views.first_admin), name="first_admin"),
    path("invitation/<str:code>/", link(views.InvitationView.as_view()), name="invitation"),
    path("invitations/", views.invitations, name="invitations"),
    path("invitations/<int:pk>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("login/", views.LoginView.as_view(), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", views.SignupView.as_view(), name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("email/", allauth.email, name="account_email"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        link(allauth.confirm_email),
        name="account_confirm_email",
    ),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        link(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
