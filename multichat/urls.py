"""The addresses of the site. Those of the sockets are in chat/routing.py."""

from django.contrib import admin
from django.http import Http404
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

admin.site.site_header = admin.site.site_title = _("multichat administration")
admin.site.index_title = _("Rooms, messages, people")


def nowhere(request, rest):
    raise Http404


handler429 = "accounts.views.too_many"

urlpatterns = [
    path("", include("chat.urls")),
    path("accounts/", include("accounts.urls")),
    # The admin's way from any object's number to its page asks nobody for a permission, and would
    # tell staff the address of every room. Our own pages in the admin have their own links.
    path("admin/r/<path:rest>", nowhere),
    path("admin/", admin.site.urls),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
]
