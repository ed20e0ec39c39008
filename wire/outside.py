"""The site's database, worked on from outside the server: by the ORM, in a process of its own.

Nothing done here goes through the server or its channel layer; what the server notices, it notices
by itself. The process (outside_process.py) lives as long as its site, because starting Django for
every call would take half a second each.
"""

import json
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from wire.backends import ROOT


@dataclass(frozen=True)
class Person:
    """Somebody with an account; `cookie` is the key of a session in which they are logged in."""

    id: int
    username: str
    cookie: str
    password: str | None = None


@dataclass(frozen=True)
class Room:
    id: int
    title: str
    slug: str
    url: str  # the path of its page


class Outside:
    """Calls on the site's database. A context manager: leaving it ends the process.

    Models are named as in outside_process.MODELS: room, user, member, message, session, chore.
    """

    def __init__(self, environment):
        self.environment = environment

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "wire.outside_process"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answers = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *error):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self):
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put('{"error": "the process is gone: see stderr"}')

    def call(self, name, **arguments):
        """Call a function of outside_process.py; raise AssertionError with its traceback."""
        print(json.dumps([name, arguments]), file=self._process.stdin, flush=True)
        answer = json.loads(self._answers.get(timeout=60))
        assert "error" not in answer, f"outside.{name}: {answer['error']}"
        return answer["value"]

    # --- people ---------------------------------------------------------------------------------

    def people(self, usernames, *, password=None, **traits):
        """Make people; traits are columns, such as is_staff=True.

        Without a password they cannot log in by the form, and their making is quick.
        """
        made = self.call("people", usernames=usernames, password=password, traits=traits)
        return [Person(**person, password=password) for person in made]

    def person(self, username, **traits):
        return self.people([username], **traits)[0]

    def session(self, person):
        """Log the person in once more; return the new session's key."""
        return self.call("session", user=person.id)

    def end_session(self, cookie):
        """Log out, as another process would: the session's row goes."""
        self.call("end_session", cookie=cookie)

    def expire_session(self, cookie):
        self.call("expire_session", cookie=cookie)

    def end_sessions(self, person):
        """Log the person out everywhere, as User.end_sessions does."""
        self.call("end_sessions", user=person.id)

    def give_second_factor(self, person):
        """Give the person an authenticator app; return its secret."""
        return self.call("give_second_factor", user=person.id)

    def take_second_factor(self, person):
        self.call("take_second_factor", user=person.id)

    def change_password(self, person):
        """Give the person another password, which ends all sessions."""
        self.change("user", person, password="!another")

    # --- rooms and messages ---------------------------------------------------------------------

    def rooms(self, titles, **fields):
        """Make rooms; fields are columns, such as access="staff" or locked=True."""
        return [Room(**room) for room in self.call("rooms", titles=titles, fields=fields)]

    def room(self, title, **fields):
        return self.rooms([title], **fields)[0]

    def fill(self, room, person, texts):
        """Store messages in a room that has none yet, oldest first; return their ids."""
        return self.call("fill", room=room.id, user=person.id, texts=texts)

    def change(self, model, thing, **fields):
        """QuerySet.update on one row: thing has an `id`."""
        self.call("change", model=model, id=thing.id, fields=fields)

    def there(self, model, id):
        """Whether there is a row with this primary key."""
        return self.call("there", model=model, id=id)

    def make_due(self, chore):
        """Let a chore have been done long ago."""
        self.call("change", model="chore", id=chore, fields={"taken_at": "2026-01-01T00:00:00Z"})

    def remove(self, model, thing):
        """QuerySet.delete on one row."""
        self.call("remove", model=model, id=thing.id)

    def sql(self, *statements):
        """Run statements, each a string or (string, values), in one transaction."""
        pairs = [(each, []) if isinstance(each, str) else each for each in statements]
        self.call("sql", statements=pairs)

    def last_change(self):
        """Return the moment (time.monotonic) of the last change of rights: the rights number says
        it, on SQLite to the millisecond."""
        return self.call("rights") / 1e6 - time.time() + time.monotonic()

    def messages(self, room):
        """Return what the database holds of a room in the protocol's words, in version order."""
        return self.call("messages", room=room.id)

    def version(self, room):
        return self.call("version", room=room.id)

    def new_epoch(self):
        """Change the site's epoch as `manage.py new_epoch` is to; return the new one."""
        return self.call("new_epoch")

    def hold(self, room):
        """Keep everybody from writing in a room until `release`."""
        self.call("hold", room=room.id)

    def release(self):
        self.call("release")
