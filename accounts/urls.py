"""The account pages: those of django-allauth that this site has, and its own."""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from . import security, session_list, views
from .limits import limited

link = limited("link")  # pages behind links, whose codes nobody is to guess

urlpatterns = [
    path("first-admin/<str:code>/", link(views.first_admin), name="first_admin"),
    path("invitation/<str:code>/", link(views.InvitationView.as_view()), name="invitation"),
    path("invitations/", views.invitations, name="invitations"),
    path("invitations/<int:pk>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("login/", views.LoginView.as_view(), name="account_login"),
    path("login/passkey/", security.PasskeyLoginView.as_view(), name="mfa_login_webauthn"),
    path("login/second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", views.SignupView.as_view(), name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("reauthenticate/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/",
        security.PasskeyAgainView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("email/", allauth.email, name="account_email"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        link(views.ConfirmEmailView.as_view()),
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
    path("security/", security.SecurityView.as_view(), name="mfa_index"),
    path("security/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("security/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("security/passkeys/add/", security.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/rename/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "security/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"
    ),
    path("security/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "security/recovery-codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "security/recovery-codes/download/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("security/sessions/", session_list.sessions, name="usersessions_list"),
    path("security/sessions/<int:pk>/end/", session_list.end_session, name="end_session"),
    path("security/sessions/end-others/", session_list.end_others, name="end_other_sessions"),
    path("security/sessions/end-all/", session_list.end_all, name="end_all_sessions"),
]
