"""A browser's way to name itself, in plain words."""

from django.utils.translation import gettext as _

# The first that is found in the header, which most browsers fill with each other's names.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent):
    """Return what a User-Agent header says, such as "Firefox on Windows"."""
    names = {"browser": found(BROWSERS, user_agent), "system": found(SYSTEMS, user_agent)}
    if all(names.values()):
        return _("%(browser)s on %(system)s") % names
    return names["browser"] or names["system"] or _("Another device")


def found(names, text):
    return next((name for mark, name in names if mark in text), None)
