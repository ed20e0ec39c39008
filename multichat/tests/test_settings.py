import re

import pytest
from django.conf import settings
from django.http.request import validate_host

from .starts import read_settings


def test_a_site_behind_https_is_strict(monkeypatch):
    found = read_settings(monkeypatch, SITE_URL="https://chat.example.com")
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
    ):
        assert found[name] is True
    assert found["SECURE_HSTS_SECONDS"] >= 180 * 24 * 3600
    assert found["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "https"


def test_a_site_at_home_needs_no_https(monkeypatch):
    found = read_settings(monkeypatch)
    assert not found["SESSION_COOKIE_SECURE"]
    assert not found["CSRF_COOKIE_SECURE"]
    assert not found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "http"


@pytest.mark.parametrize(
    ("variables", "allowed", "refused"),
    [
        ({}, ["localhost", "127.0.0.1", "[::1]"], ["chat.example.com", "0.0.0.0"]),  # noqa: S104
        (
            {"SITE_URL": "https://chat.example.com:8443"},
            ["chat.example.com"],
            ["localhost", "127.0.0.1", "example.com", "a.chat.example.com"],
        ),
        (
            {"SITE_URL": "https://chat.example.com", "ALLOWED_HOSTS": "a.example,.b.example"},
            ["chat.example.com", "a.example", "b.example", "x.b.example"],
            ["x.a.example", "localhost"],
        ),
        ({"SITE_URL": "http://[::1]:8000"}, ["[::1]", "localhost"], []),
        ({"SITE_URL": "http://[2001:db8::1]"}, ["[2001:db8::1]"], ["localhost", "[::1]"]),
        ({"DEBUG": "1", "SITE_URL": "http://a.example"}, ["a.example"], ["b.example"]),
    ],
)
def test_the_hosts_follow_the_address_of_the_site(monkeypatch, variables, allowed, refused):
    hosts = read_settings(monkeypatch, **variables)["ALLOWED_HOSTS"]
    assert [host for host in allowed if not validate_host(host, hosts)] == []
    assert [host for host in refused if validate_host(host, hosts)] == []


def test_the_origin_of_the_site_is_trusted(monkeypatch):
    found = read_settings(
        monkeypatch, SITE_URL="https://a.example/", CSRF_TRUSTED_ORIGINS="https://b.example"
    )
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://b.example", "https://a.example"]


def test_sqlite_waits_for_its_turn_and_keeps_what_was_acknowledged(monkeypatch):
    options = read_settings(monkeypatch)["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 5
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_postgres_lends_its_connections_from_a_pool(monkeypatch):
    found = read_settings(monkeypatch, DATABASE_URL="postgres://u:p@h/d?sslmode=require")
    default = found["DATABASES"]["default"]
    assert default["CONN_MAX_AGE"] == 0
    assert default["OPTIONS"]["pool"]
    assert default["CONN_HEALTH_CHECKS"] is True  # or each would fail once after a restart
    assert default["OPTIONS"]["sslmode"] == "require"


def test_without_redis_the_process_talks_to_itself(monkeypatch):
    found = read_settings(monkeypatch)
    assert found["CHANNEL_LAYERS"]["default"]["BACKEND"] == "channels.layers.InMemoryChannelLayer"


def test_with_redis_the_layer_is_shared(monkeypatch):
    found = read_settings(monkeypatch, REDIS_URL="redis://r.example:1/2")
    layer = found["CHANNEL_LAYERS"]["default"]
    [host] = layer["CONFIG"]["hosts"]
    assert layer["BACKEND"] == "chat.layers.DoorbellLayer"
    # Longer than the layer's own blocking read of 5 s: channels_redis issue 422.
    assert host == {"address": "redis://r.example:1/2", "socket_timeout": 15}


def test_nothing_comes_from_elsewhere_and_nothing_stands_in_the_page(monkeypatch):
    directives = read_settings(monkeypatch)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    said = {
        source
        for name, sources in directives.items()
        for source in sources
        if "trusted-types" not in name
    }
    assert said <= {"'none'", "'self'", "data:"}
    assert directives["script-src"] == directives["style-src"] == ["'self'"]


def test_text_becomes_html_in_one_place(monkeypatch):
    directives = read_settings(monkeypatch)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["require-trusted-types-for"] == ["'script'"]
    [policy] = directives["trusted-types"]
    scripts = (settings.BASE_DIR / "static/js").rglob("*.js")
    text = "".join(path.read_text() for path in scripts)
    assert re.findall(r"createPolicy\(.*?,", text) == [f'createPolicy("{policy}",']


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_passkeys_over_http_are_for_sites_over_http(monkeypatch, scheme):
    found = read_settings(monkeypatch, SITE_URL=f"{scheme}://a.example")
    assert found["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is (scheme == "http")


def test_no_script_reads_a_cookie_and_no_other_site_sends_one(monkeypatch):
    found = read_settings(monkeypatch)
    for cookie in ("SESSION", "CSRF"):
        assert found[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert found[f"{cookie}_COOKIE_SAMESITE"] == "Lax"


def test_staff_needs_no_second_factor_unless_it_is_said(monkeypatch):
    assert read_settings(monkeypatch)["STAFF_NEEDS_SECOND_FACTOR"] is False
    found = read_settings(monkeypatch, STAFF_NEEDS_SECOND_FACTOR="1")
    assert found["STAFF_NEEDS_SECOND_FACTOR"] is True


@pytest.mark.parametrize(("debug", "hashed"), [("0", True), ("1", False)])
def test_static_files_are_hashed_unless_one_debugs(monkeypatch, debug, hashed):
    found = read_settings(monkeypatch, DEBUG=debug)
    backend = found["STORAGES"]["staticfiles"]["BACKEND"]
    assert (backend == "multichat.static_files.HashedStaticFilesStorage") is hashed


def test_every_page_needs_a_log_in(monkeypatch):
    middleware = read_settings(monkeypatch)["MIDDLEWARE"]
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in middleware
