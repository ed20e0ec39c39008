import pytest

from accounts.devices import device_of

LIKE = "(KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {LIKE} "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {LIKE} "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 {LIKE} "
            "Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 {LIKE} "
            "Version/18.5 Safari/605.1.15",
            "Safari on Mac",
        ),
        ("curl/8.0", "Another device"),
        ("Something on Linux", "Linux"),
        ("", "Another device"),
        ("<script>Firefox/1</script>", "Firefox"),
    ],
)
def test_a_browser_is_named_in_plain_words(user_agent, words):
    assert device_of(user_agent) == words
