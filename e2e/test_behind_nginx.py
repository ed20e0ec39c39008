"""What docs/deploy.md says, with its own files: nginx with TLS, two machines, PostgreSQL, Redis."""

import http.client
import re
import shutil
import ssl
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from multichat.tests.starts import VARIABLES
from wire.backends import (
    ROOT,
    environment,
    free_port,
    missing,
    postgres_database,
    redis_server,
)
from wire.outside import Outside

from .deployed import ADDRESS, DEPLOY, PYTHON, Machine, Nginx, replaced
from .test_network import LOST

PASSWORD = "a long and quiet sentence"
SIGN_UPS = 20  # a minute from one address: django-allauth's own limit


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of two machines; its `url`, `outside`, `machines` and `nginx`."""
    port, directories = free_port(), [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    url, front = f"https://{ADDRESS}:{port}", tmp_path_factory.mktemp("nginx")
    with postgres_database() as database, redis_server(front) as redis:
        settings = {"SITE_URL": url, "DATABASE_URL": database, "REDIS_URL": redis}
        one, other = machines = [Machine(directory, **settings) for directory in directories]
        ports = [machine.port for machine in machines]
        silent = environment(one.directory, DATABASE_URL=database)
        with (
            one,
            other,
            Nginx(front, port, static=one.directory, upstream=ports) as nginx,
            Outside(silent) as outside,
        ):
            outside.person("root", is_staff=True, is_superuser=True)
            yield SimpleNamespace(url=url, outside=outside, machines=machines, nginx=nginx)


def ask(site, method, path, *, port=None, address=ADDRESS, form=None, **headers):
    """Ask nginx from an address of the loopback; return the response, its body as `text`."""
    if port:
        connection = http.client.HTTPConnection(ADDRESS, port, timeout=30)
    else:
        trust = ssl.create_default_context(cafile=site.nginx.certificate)
        source = (address, 0)
        connection = http.client.HTTPSConnection(
            ADDRESS, site.nginx.port, timeout=30, context=trust, source_address=source
        )
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if form:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": site.url}
    connection.request(method, path, form and urlencode(form), headers)
    response = connection.getresponse()
    response.text = response.read().decode("latin-1")
    connection.close()
    return response


def test_people_talk_through_nginx_while_the_machines_restart(site, open_for):
    tea = site.outside.room("Tea").title
    account = site.outside.person("ada", password=PASSWORD)
    sockets = []
    ada = open_for(site, ignore_https_errors=True)
    ada.page.on("websocket", lambda socket: sockets.append(socket.url))
    log_in(ada, account)
    ada.open_room(tea)
    bob = open_for(site, site.outside.person("bob"), ignore_https_errors=True).open(tea)
    talk(tea, ada, bob, "at first")
    assert sockets == [site.url.replace("https", "wss") + "/chat/stream/"]
    assert {cookie["secure"] for cookie in ada.context.cookies()} == {True}

    one, other = site.machines
    for somebody in (ada, bob):
        somebody.watch.forgive(LOST)
    one.reload()
    talk(tea, ada, bob, "after a rolling restart")
    other.stop()
    talk(tea, ada, bob, "after a machine is gone")
    assert len(sockets) > 1


def log_in(person, account):
    person.visit("/")
    person.page.get_by_label("Username").fill(account.username)
    person.page.get_by_role("textbox", name="Password").fill(account.password)
    person.page.get_by_role("button", name="Log in").click()
    expect(person.rooms.get_by_role("link").first).to_be_visible()


def talk(room, one, other, when):
    """Have both say something, which both hear."""
    for author, reader, text in ((one, other, f"{when}: one"), (other, one, f"{when}: two")):
        author.say(room, text)
        for somebody in (reader, author):
            somebody.hears(room, text)


def test_http_goes_to_https(site):
    answer = ask(site, "GET", "/room/1", port=site.nginx.plain_port)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{ADDRESS}/room/1")


def test_a_page_gets_the_files_of_its_release_whichever_process_it_asks(site):
    """No process knows this file: nginx has it from the disk."""
    name = "static/js/other.0123456789ab.js"
    (site.machines[0].directory / name).write_text("export {};\n")
    answer = ask(site, "GET", f"/{name}")
    assert (answer.status, answer.text) == (200, "export {};\n")
    assert "javascript" in answer.headers["Content-Type"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ask(site, "GET", f"/{name.replace('other', 'none')}").status == 404


def test_an_address_is_the_one_that_nginx_saw_whatever_the_client_says(site):
    ours, another = "127.0.0.2", "127.0.0.3"
    assert {sign_up(site, ours) for _ in range(SIGN_UPS)} == {200}
    assert sign_up(site, ours) == 429
    assert sign_up(site, ours, X_Forwarded_For=another) == 429
    assert sign_up(site, another, X_Forwarded_For=ours) == 200


def sign_up(site, address, **headers):
    """Send the form of sign-up with nothing in it; return the status of the answer."""
    token = "t" * 32
    return ask(
        site,
        "POST",
        "/accounts/signup/",
        address=address,
        form={"csrfmiddlewaretoken": token},
        Cookie=f"csrftoken={token}",
        **headers,
    ).status


def test_systemd_has_nothing_to_say_about_the_unit(tmp_path):
    if not shutil.which("systemd-analyze"):
        missing("systemd-analyze", "Debian and Ubuntu: apt install systemd")
    unit = tmp_path / "multichat.service"
    unit.write_text(replaced(unit.name, {PYTHON: sys.executable, "/srv/multichat": str(ROOT)}))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_may_open_as_many_files_as_it_may_have_connections(site):
    for machine in site.machines:
        assert "open files" not in machine.log


def test_the_settings_of_the_service_are_settings():
    said = re.findall(r"^(\w+)=", (DEPLOY / "multichat.env").read_text(), re.M)
    assert set(said) <= set(VARIABLES)


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_the_document_says_where_each_file_goes(path):
    assert f"deploy/{path.name}" in (ROOT / "docs" / "deploy.md").read_text()
