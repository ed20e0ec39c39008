import re

import pytest
from django.conf import settings as site
from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile

from multichat.static_files import HashedStaticFilesStorage

# import "…"; import … from "…"; export … from "…"; import("…")
IMPORT = re.compile(
    r"""\b(?:import\s*\(?|(?:import|export)\b[\w\s{},*$]+?\bfrom)\s*["']([^"']+)["']"""
)
HASHED = re.compile(r"\.[0-9a-f]{12}\.(js|css|svg)$")


def comments_out(script):
    return re.sub(r"/\*.*?\*/|^\s*//.*$", "", script, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """All our own static files, collected and hashed: {name: hashed name}, and the storage."""
    root = tmp_path_factory.mktemp("static")
    storage = HashedStaticFilesStorage(location=str(root), base_url="/static/")
    files = {}
    for name, source in FileSystemFinder().list([]):
        with source.open(name) as file:
            storage.save(name, ContentFile(file.read()))
        files[name] = (storage, name)
    for name, _, outcome in storage.post_process(files):
        assert not isinstance(outcome, Exception), (name, outcome)
    return storage, storage.hashed_files


def test_all_our_files_are_collected(collected):
    _, hashed = collected
    ours = {
        str(path.relative_to(site.BASE_DIR / "static"))
        for path in (site.BASE_DIR / "static").rglob("*")
        if path.is_file()
    }
    assert ours
    assert ours == hashed.keys()
    assert all(HASHED.search(name) for name in hashed.values())


def test_every_import_of_a_module_names_a_hashed_file(collected):
    """One without a semicolon, or from a file that another imports back, would not."""
    storage, hashed = collected
    seen = 0
    for name in hashed.values():
        if name.endswith(".js"):
            with storage.open(name) as file:
                script = comments_out(file.read().decode())
            for imported in IMPORT.findall(script):
                assert HASHED.search(imported), (name, imported)
                seen += 1
    assert seen >= 10


def test_every_address_in_a_style_sheet_names_a_hashed_file(collected):
    storage, hashed = collected
    for name in hashed.values():
        if name.endswith(".css"):
            with storage.open(name) as file:
                style = file.read().decode()
            for address in re.findall(r"url\(['\"]?([^'\")]+)", style):
                assert address.startswith(("data:", "#")) or HASHED.search(address), (name, address)


def test_a_hash_follows_the_content_of_what_is_imported(tmp_path):
    def collect(content):
        storage = HashedStaticFilesStorage(location=str(tmp_path / content), base_url="/static/")
        files = {
            "a.js": 'import { b } from "./b.js";\nb();\n',
            "b.js": f"export const b = () => {content};\n",
        }
        for name, text in files.items():
            storage.save(name, ContentFile(text.encode()))
        list(storage.post_process({name: (storage, name) for name in files}))
        return storage.stored_name("a.js")

    assert collect("1") == collect("1")
    assert collect("1") != collect("2")


def test_the_tests_themselves_need_nothing_collected():
    assert staticfiles_storage.url("css/base.css") == "/static/css/base.css"
