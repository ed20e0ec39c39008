import multiprocessing
from concurrent.futures import ThreadPoolExecutor

from multichat.secret_key import read_or_make_key


def test_a_key_is_made_once(tmp_path):
    path = tmp_path / "var" / "secret_key"
    key = read_or_make_key(path)
    assert len(key) >= 50
    assert read_or_make_key(path) == key
    assert list(path.parent.iterdir()) == [path]
    assert read_or_make_key(tmp_path / "other") != key


def test_a_key_and_its_place_are_their_owners_alone(tmp_path):
    path = tmp_path / "var" / "secret_key"
    read_or_make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("ours")
    assert read_or_make_key(path) == "ours"
    assert path.read_text() == "ours"


def test_what_a_killed_start_left_is_in_nobodys_way(tmp_path, monkeypatch):
    """In a container every start has the same process id."""
    path = tmp_path / "secret_key"
    with monkeypatch.context() as patch:
        patch.setattr("os.link", None)
        try:
            read_or_make_key(path)
        except TypeError:
            pass
    (tmp_path / f"secret_key.{multiprocessing.current_process().pid}").write_text("half")
    assert len(read_or_make_key(path)) >= 50


def test_threads_that_start_at_once_have_the_same_key(tmp_path):
    path = tmp_path / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_or_make_key(path), range(8)))
    assert keys == {path.read_text()}
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_at_once_have_the_same_key(tmp_path):
    path = tmp_path / "secret_key"
    with multiprocessing.get_context("forkserver").Pool(4) as pool:
        keys = set(pool.map(read_or_make_key, [path] * 8, chunksize=1))
    assert keys == {path.read_text()}
    assert list(tmp_path.iterdir()) == [path]
