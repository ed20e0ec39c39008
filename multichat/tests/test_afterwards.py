"""What a page leaves to be done is done in another thread, under the page's own language."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import translation

from multichat import afterwards


@pytest.fixture(autouse=True)
def pool(monkeypatch):
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(afterwards, "pool", pool)
        yield pool


def test_it_is_done_elsewhere_and_in_the_same_language(pool):
    done = []
    with translation.override("de"):
        afterwards.afterwards(
            lambda what: done.append((what, translation.get_language(), threading.get_ident())),
            "mail",
        )
    pool.shutdown()
    [(what, language, thread)] = done
    assert (what, language) == ("mail", "de")
    assert thread != threading.get_ident()


def test_what_it_leaves_in_its_turn_is_done_though_the_process_ends(pool):
    done, ended = [], threading.Event()

    def work():
        assert ended.wait(5)
        afterwards.afterwards(done.append, "mail")

    afterwards.afterwards(work)
    pool.shutdown(wait=False)  # as Python does at its end
    ended.set()
    pool.shutdown()
    assert done == ["mail"]


def test_what_it_raises_is_logged_and_ends_nothing(pool, caplog):
    done = []
    with caplog.at_level(logging.ERROR, logger="multichat.afterwards"):
        afterwards.afterwards(lambda: 1 / 0)
        afterwards.afterwards(done.append, 1)
        pool.shutdown()
    assert "ZeroDivisionError" in caplog.text
    assert done == [1]
