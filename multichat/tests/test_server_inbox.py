from multichat.server.inbox import FULL, Inbox


async def test_a_sender_waits_while_too_much_is_unread_and_goes_on_at_half():
    told = []
    inbox = Inbox(on_room=lambda: told.append(True))
    for number in range(FULL):
        inbox.put(number)
    assert not inbox.full
    inbox.put(FULL)
    assert inbox.full
    while not told:
        assert inbox.full
        last = await inbox.get()
    assert not inbox.full
    assert last == FULL // 2
    assert [await inbox.get() for _ in range(FULL // 2)] == list(range(FULL // 2 + 1, FULL + 1))
    assert told == [True]
