"""What every page tells the browser: what it may run and use, and what it must not keep."""

from csp.middleware import CSPMiddleware
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

TRUSTED_TYPES = ("require-trusted-types-for", "trusted-types")
# What a page could ask of a machine, and none of ours does. Passkeys need nothing here: they are
# allowed unless somebody says otherwise.
UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED)


class PolicyMiddleware(CSPMiddleware):
    """The Content-Security-Policy of the settings, without Trusted Types in the admin, whose
    jQuery writes HTML as text."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(reverse("admin:index")):
            parts.replace = {**(parts.replace or {}), **dict.fromkeys(TRUSTED_TYPES)}
        return parts


class PrivacyMiddleware(MiddlewareMixin):
    """No page uses cameras and the like; and a page for which it was asked who is logged in is
    kept nowhere: after a log-out, Back shows nothing of it."""

    def process_response(self, request, response):
        response.headers["Permissions-Policy"] = PERMISSIONS
        if hasattr(request, "session") and request.session.accessed:
            patch_cache_control(response, private=True, no_store=True)
        return response
