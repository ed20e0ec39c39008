"""An admin in /admin, a person in three rooms: every change is felt on the open page, in words."""

import pytest
from playwright.sync_api import expect

MODERATES = "You moderate this room now."
OUT = "You are not in this room any more"


@pytest.fixture
def admin(person):
    return Admin(person("admin", is_staff=True, is_superuser=True))


@pytest.fixture
def rooms(room):
    return [room("Tea"), room("Garden"), room("Kitchen")]


@pytest.fixture
def ada(person, rooms):
    return person("ada").open(*rooms)


class Admin:
    """Somebody who changes things in /admin, by its forms."""

    def __init__(self, person):
        self.page, self.outside = person.page, person.site.outside

    def save(self):
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.locator(".messagelist .success")).to_be_visible()

    def edit_room(self, title):
        self.page.goto(f"/admin/chat/room/?q={title.replace(' ', '+')}")
        self.page.locator("#result_list").get_by_role("link", name=title).first.click()
        expect(self.page.get_by_label("Title")).to_have_value(title)

    def change_room(self, title, **choices):
        """Give a room these values, by the labels of the form's fields."""
        self.edit_room(title)
        for label, value in choices.items():
            field = self.page.get_by_label(label.replace("_", " "))
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("field => field.matches('select')"):
                field.select_option(value)
            else:
                field.fill(value)
        self.save()

    def place(self, title, account, role="guest", **checks):
        """Give somebody a place in a room, where they have none."""
        self.edit_room(title)
        self.page.get_by_role("button", name="Add another Person in the room").click()
        self.page.locator("#members-0 .select2-selection").click()
        self.page.locator(".select2-search__field").fill(account.username)
        self.page.get_by_role("option", name=account.username).click()
        self.change_place(role, **checks)

    def change_place(self, role, **checks):
        self.page.locator("#id_members-0-role").select_option(role)
        for name in ("silenced", "banned"):
            self.page.locator(f"#id_members-0-{name}").set_checked(checks.get(name, False))
        self.save()

    def replace(self, title, role="guest", **checks):
        """Change the place of the only one who has one in a room."""
        self.edit_room(title)
        self.change_place(role, **checks)

    def edit_person(self, account):
        self.page.goto(f"/admin/accounts/user/{account.id}/change/")

    def change_person(self, account, **checks):
        self.edit_person(account)
        for name, checked in checks.items():
            self.page.locator(f"#id_{name}").set_checked(checked)
        self.save()

    def confirm(self):
        self.page.get_by_role("button", name="Yes, delete").click()
        expect(self.page.locator(".messagelist .success")).to_be_visible()


def told(person, room, words):
    expect(person.column(room).get_by_text(words)).to_be_visible()


def at_the_door(person):
    expect(person.page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(person.page.get_by_text("You are logged out.")).to_be_visible()


# --- rooms --------------------------------------------------------------------------------------


def test_a_lock_and_its_end(admin, ada, rooms):
    admin.change_room(rooms[0], Locked=True)
    told(ada, rooms[0], "This room is locked: only staff write here.")
    expect(ada.composer(rooms[1])).to_be_enabled()
    admin.change_room(rooms[0], Locked=False)
    told(ada, rooms[0], "You can write here now.")


def test_who_may_write(admin, ada, rooms):
    admin.change_room(rooms[0], Who_may_write="moderators")
    told(ada, rooms[0], "Only moderators and staff write in this room.")
    expect(ada.composer(rooms[0])).to_be_hidden()
    admin.change_room(rooms[0], Who_may_write="everyone")
    told(ada, rooms[0], "Everybody in this room may write now.")
    expect(ada.composer(rooms[0])).to_be_enabled()


def test_slow_mode_counts_down(admin, ada, rooms):
    admin.change_room(rooms[0], Slow_mode="60")
    told(ada, rooms[0], "Slow mode: 60 seconds between two messages.")
    ada.say(rooms[0], "one")
    ada.hears(rooms[0], "one")
    told(ada, rooms[0], "you can write again in")
    ada.say(rooms[0], "two")  # the text stays where it is
    expect(ada.composer(rooms[0])).to_have_value("two")
    expect(ada.message(rooms[0], "two")).to_have_count(0)
    admin.change_room(rooms[0], Slow_mode="0")
    told(ada, rooms[0], "There is no slow mode for you here.")
    ada.composer(rooms[0]).press("Enter")
    ada.hears(rooms[0], "two")


def test_a_new_name(admin, ada, rooms):
    admin.change_room(rooms[0], Title=f"Better {rooms[0]}")
    told(ada, f"Better {rooms[0]}", f"This room is called “Better {rooms[0]}” now.")
    expect(ada.rooms.get_by_role("link", name=f"Better {rooms[0]}")).to_be_visible()


@pytest.mark.parametrize("access", ["members", "staff", "superusers"])
def test_who_may_enter(admin, ada, rooms, access):
    ada.composer(rooms[0]).fill("half a thought")
    admin.change_room(rooms[0], Who_may_enter=access)
    told(ada, rooms[0], OUT)
    expect(ada.column(rooms[0]).get_by_label("had not sent yet")).to_have_value("half a thought")
    admin.change_room(rooms[0], Who_may_enter="open")
    expect(ada.composer(rooms[0])).to_be_enabled()


def test_a_deleted_room(admin, ada, rooms):
    admin.edit_room(rooms[0])
    admin.page.get_by_role("link", name="Delete").click()
    admin.confirm()
    told(ada, rooms[0], "This room is gone")
    expect(ada.composer(rooms[1])).to_be_enabled()


# --- the person in a room -----------------------------------------------------------------------


def test_a_member_comes_and_goes(admin, ada, room):
    club = room("Club", access="members")
    expect(ada.rooms.get_by_role("link", name=club)).to_have_count(0)
    admin.place(club, ada.account, "member")
    ada.open_room(club)
    admin.replace(club)
    told(ada, club, OUT)
    expect(ada.rooms.get_by_role("link", name=club)).to_have_count(0)


def test_a_ban_and_its_end(admin, ada, rooms):
    admin.place(rooms[0], ada.account, banned=True)
    told(ada, rooms[0], OUT)
    admin.replace(rooms[0])
    expect(ada.composer(rooms[0])).to_be_enabled()


def test_a_silence_and_its_end(admin, ada, rooms):
    admin.place(rooms[0], ada.account, silenced=True)
    told(ada, rooms[0], "You are silenced in this room")
    expect(ada.composer(rooms[0])).to_be_hidden()
    admin.replace(rooms[0])
    told(ada, rooms[0], "You can write here now.")


def test_a_moderator_is_made_and_unmade(admin, ada, rooms):
    admin.place(rooms[0], ada.account, "moderator")
    told(ada, rooms[0], MODERATES)
    expect(ada.column(rooms[1]).get_by_text(MODERATES)).to_have_count(0)
    admin.replace(rooms[0], "member")
    told(ada, rooms[0], "You do not moderate this room any more.")


# --- the person ---------------------------------------------------------------------------------


def test_staff_are_made_and_unmade(admin, ada, rooms, room):
    secret = room("Secret", access="staff")
    admin.change_person(ada.account, is_staff=True)
    for title in rooms:
        told(ada, title, MODERATES)
    ada.open_room(secret)
    admin.change_person(ada.account, is_staff=False)
    told(ada, secret, OUT)
    told(ada, rooms[0], "You do not moderate this room any more.")


def test_superusers_are_made_and_unmade(admin, ada, rooms, room):
    attic = room("Attic", access="superusers")
    admin.change_person(ada.account, is_superuser=True)
    told(ada, rooms[0], MODERATES)
    ada.open_room(attic)
    admin.change_person(ada.account, is_superuser=False)
    told(ada, attic, OUT)


def test_who_is_deactivated_is_shown_to_the_door(admin, ada, rooms):
    admin.change_person(ada.account, is_active=False)
    at_the_door(ada)


def test_who_is_deleted_is_shown_to_the_door(admin, ada, rooms):
    admin.edit_person(ada.account)
    admin.page.get_by_role("link", name="Delete").click()
    admin.confirm()
    at_the_door(ada)


def test_a_new_password_shows_to_the_door(admin, ada, rooms):
    admin.page.goto(f"/admin/accounts/user/{ada.account.id}/password/")
    for name in ("password1", "password2"):
        admin.page.locator(f"#id_{name}").fill("entirely different")
    admin.page.locator("input[type=submit]").first.click()
    expect(admin.page.locator(".messagelist .success")).to_be_visible()
    at_the_door(ada)


@pytest.mark.parametrize("end", ["end_session", "expire_session"])
def test_the_end_of_a_session_shows_to_the_door(admin, ada, rooms, end):
    getattr(admin.outside, end)(ada.account.cookie)
    at_the_door(ada)


def test_a_log_out_in_another_tab_shows_to_the_door(ada, rooms):
    other = ada.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Account of").click()
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("heading", name="Log")).to_be_visible()
    expect(ada.page.get_by_role("heading", name="Log in")).to_be_visible()
