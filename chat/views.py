"""The dashboard: one page, and the same page with one room opened."""

from django.shortcuts import get_object_or_404, render

from .models import Room


def dashboard(request, slug=None):
    """Show the page that carries every room; with a slug, that room is opened on it."""
    room = slug and get_object_or_404(Room.objects.visible_to(request.user), slug=slug)
    return render(request, "chat/dashboard.html", {"opened": room})
