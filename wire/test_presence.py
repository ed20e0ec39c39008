"""Who is in a room."""


async def test_whoever_comes_in_is_announced_to_the_others(chat):
    ada, bob = chat.people("ada", "bob")
    room, other = chat.rooms("Tea", "Coffee")
    one, elsewhere = await chat.enter(ada, room), await chat.enter(ada, other)
    two = await chat.enter(bob, room)
    frame = await one.expect("enter")
    expected = {"msg_type": 4, "room": room.id, "user": bob.id, "username": bob.username}
    assert frame == {**frame, **expected}
    await two.quiet(0.3, "enter")  # to the others
    await elsewhere.quiet(0, "enter")


async def test_whoever_leaves_is_announced_at_once(chat):
    ada, bob = chat.people("ada", "bob")
    room, other = chat.rooms("Tea", "Coffee")
    one, two = await chat.enter(ada, room), await chat.enter(bob, room, other)
    await one.expect("enter")
    await two.leave(room.id)
    frame = await one.expect("exit", within=2)
    expected = {"msg_type": 5, "room": room.id, "user": bob.id, "username": bob.username}
    assert frame == {**frame, **expected}
    await two.quiet(0, "exit")


async def test_a_second_socket_of_a_person_is_silent(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one = await chat.enter(ada, room)
    two = await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    second = await chat.enter(bob, room)
    assert (await one.join(room.id))["present"] == 2
    await second.leave(room.id)
    await one.quiet(0.3, room=room.id)
    assert (await one.join(room.id))["members"] == [ada.username, bob.username]
    await two.leave(room.id)
    await one.expect("exit", user=bob.id)
    assert (await one.join(room.id))["members"] == [ada.username]


async def test_join_names_the_present_in_order(chat):
    people = chat.people("eve", "ada", "bob")
    room = chat.room()
    for number, person in enumerate(people, 1):
        frame = await (await chat.connect(person)).join(room.id)
        assert frame["members"] == sorted(someone.username for someone in people[:number])
        assert frame["present"] == number


async def test_a_full_room_announces_nobody_and_names_the_first_100(chat):
    """More than 100 present: 98 come first, the last ones one by one."""
    people = chat.people(*(f"p{number:03}" for number in range(102)))
    room = chat.room()
    first = await chat.enter(people[0], room)
    for person in people[1:99]:
        await chat.enter(person, room)
    hundredth = await chat.enter(people[99], room)
    await first.expect("enter", user=people[99].id)
    frame = await hundredth.join(room.id)
    assert (frame["present"], len(frame["members"])) == (100, 100)
    for person in people[100:]:
        await chat.enter(person, room)
    frame = await hundredth.join(room.id)
    assert frame["present"] == 102
    assert frame["members"] == [person.username for person in people[:100]]
    await first.quiet(0.3, "enter", user=people[101].id)
