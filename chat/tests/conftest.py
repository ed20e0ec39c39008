"""The cast, and what tests of the hub share."""

import asyncio

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.factories import UserFactory
from chat import events
from chat.hub import Hub, leases, presence, sweep
from chat.hub.threads import DatabaseThreads
from chat.models import Epoch
from multichat.audit import By

from .client import Client as WireClient
from .fakes import FakeSocket
from .presence import Clock, Side
from .threads import in_thread


@pytest.fixture(autouse=True)
async def hub_stops_with_its_test():
    """A hub belongs to an event loop, and each test has one of its own."""
    yield
    for hub in list(Hub._of_loops.values()):
        await hub.stop()
    # One that stopped by itself may not be through yet; and nothing else is to be left running.
    if left := asyncio.all_tasks() - {asyncio.current_task()}:
        _, left = await asyncio.wait(left, timeout=10)
    assert not left


@pytest.fixture
def anna(db):
    """Somebody who may."""
    return UserFactory(username="anna")


@pytest.fixture
def berta(db):
    """Somebody else of the same kind."""
    return UserFactory(username="berta")


@pytest.fixture
def stella(db):
    """One of the staff."""
    return UserFactory(username="stella", staff=True)


@pytest.fixture
def ruth(db):
    """A superuser."""
    return UserFactory(username="ruth", superuser=True)


@pytest.fixture
def by(ruth):
    """What a superuser does, from their address."""
    return By(ruth, "192.0.2.7")


@pytest.fixture
def rung(monkeypatch):
    """The events that were rung, as (group, event) pairs, instead of going anywhere."""
    calls = []
    monkeypatch.setattr(events, "ring", calls.extend)
    return calls


@pytest.fixture
def log_in(db):
    """A function that logs a user in and returns the key of the session."""

    Epoch.current()  # making it raises the rights number, once in the life of a site

    def log_in(user):
        client = Client()
        client.force_login(user)
        return client.session.session_key

    return log_in


@pytest.fixture
async def hub(transactional_db, settings, monkeypatch):
    """A hub that sweeps when a test, or a change of rights, says so, and tells nobody then how many
    are where."""
    settings.CHAT_SWEEP_SECONDS = 60
    monkeypatch.setattr(sweep, "ONLINE_SECONDS", 1e9)
    return Hub.of_this_loop()


@pytest.fixture
async def come(hub, log_in):
    """A function that lets a user in on another socket, and into rooms; what the socket is told by
    that is taken already, unless `greeted` is false."""

    async def come(user, *rooms, greeted=True):
        socket = FakeSocket(session_key=await in_thread(log_in, user))
        await hub.let_in(socket)
        for room in rooms:
            await hub.join(socket, room.pk)
        if greeted:
            socket.take()
        return socket

    return come


@pytest.fixture
async def connect(log_in):
    """A function that connects somebody, and into rooms."""
    clients = []

    async def connect(user, *rooms):
        client = WireClient(await in_thread(log_in, user))
        clients.append(client)
        await client.hello()
        for room in rooms:
            assert (await client.ask("join", room=room.pk))["type"] == "join"
        return client

    yield connect
    for client in clients:
        await client.go()


@pytest.fixture
def admin(client, ruth):
    """The browser of a superuser, who has seen a page: with the first one a session is recorded."""
    client.force_login(ruth)
    client.get("/admin/")
    return client


@pytest.fixture
def helper(client):
    """The browser of one of the staff who may do everything with rooms and messages."""
    user = UserFactory(staff=True)
    rights = Permission.objects.filter(content_type__app_label="chat")
    user.user_permissions.set(rights)
    client.force_login(user)
    return client


@pytest.fixture
def committed(django_capture_on_commit_callbacks, rung):
    """Return what was rung by what a function did, as if it had been committed."""

    def committed(function, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            answer = function(*args, **kwargs)
        taken = list(rung)
        rung.clear()
        return answer, taken

    return committed


@pytest.fixture
async def threads(transactional_db):
    """The threads of a hub."""
    threads = DatabaseThreads()
    yield threads
    await asyncio.to_thread(threads.close)


@pytest.fixture
def clock(monkeypatch, settings):
    """The time that leases go by, which passes as a test says: 3 s between two looks, and who is
    silent for 30 s is dead."""
    settings.CHAT_PRESENCE_SECONDS, settings.CHAT_SWEEP_SECONDS = 30, 60
    clock = Clock()
    monkeypatch.setattr(leases, "time", clock)
    return clock


@pytest.fixture
async def sides(threads, clock, monkeypatch):
    """Three processes that know nothing of each other yet."""
    monkeypatch.setattr(presence, "LINGER_SECONDS", 0.01)
    monkeypatch.setattr(presence, "REORDER_SECONDS", 0)
    return [Side(threads) for _ in range(3)]
