"""The secret key of a site that was given none: made once, kept in var/, read by its owner only."""

import os
import tempfile

from django.core.management.utils import get_random_secret_key


def read_or_make_key(path):
    """Return the key in the file `path`, making both when there is none.

    Several processes may start at once: each writes a file of its own and links it to the one
    name, which succeeds for one of them; all read what is there then.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Readable by its owner only, under a name that nobody else takes.
        number, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        with open(number, "w") as file:
            file.write(get_random_secret_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key is the site's
        finally:
            os.unlink(draft)
    return path.read_text()
