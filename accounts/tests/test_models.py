import json

import pytest
from django.contrib.auth.models import AbstractUser
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError
from django.db.models import F

from accounts.factories import UserFactory
from accounts.models import User, username_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "aNNA"),
        ("Ärger", "ärger"),
        ("A\u0308rger", "ärger"),
        ("ﬁn", "FIN"),
        ("ａｎｎａ", "anna"),
        ("Straße", "STRASSE"),
    ],
)
def test_names_that_people_would_call_the_same_share_a_key(one, other):
    assert username_key(one) == username_key(other)


def test_another_name_has_another_key():
    assert username_key("anna") != username_key("ana")


def test_a_person_is_found_by_any_way_of_writing_the_name():
    anna = UserFactory(username="Änna")
    assert User.objects.get_by_natural_key("a\u0308NNA") == anna


def test_a_stranger_is_not_found():
    UserFactory(username="anna")
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("berta")


def test_saving_a_second_way_of_writing_a_name_is_refused():
    UserFactory(username="Anna")
    with pytest.raises(IntegrityError):
        UserFactory(username="ANNA")


def test_bulk_create_keeps_names_apart():
    UserFactory(username="Anna")
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(username="ANNA")])


def test_a_fixture_cannot_bring_a_key_of_its_own(tmp_path):
    anna = UserFactory(username="Anna")
    rows = json.loads(serializers.serialize("json", [anna]))
    rows[0]["fields"].update(username="Berta", username_key="anything")
    fixture = tmp_path / "people.json"
    fixture.write_text(json.dumps(rows))
    call_command("loaddata", fixture, verbosity=0)
    assert User.objects.filter(pk=anna.pk, username_key="berta").exists()


@pytest.mark.parametrize("update_fields", [None, ["username"]])
def test_a_renamed_person_is_found_by_the_new_name(update_fields):
    UserFactory(username="anna")
    user = User.objects.get(username="anna")
    user.username = "Berta"
    user.save(update_fields=update_fields)
    assert User.objects.get_by_natural_key("BERTA") == user


def test_a_person_loaded_in_part_takes_the_key_along():
    UserFactory(username="anna")
    user = User.objects.only("username").get()
    user.username = "Berta"
    user.save()
    assert User.objects.get_by_natural_key("berta") == user


def test_an_update_takes_the_key_along():
    user = UserFactory(username="anna")
    User.objects.filter(pk=user.pk).update(username="Berta")
    assert User.objects.get_by_natural_key("BERTA") == user


def test_a_bulk_update_takes_the_key_along():
    user = UserFactory(username="anna")
    user.username = "Berta"
    User.objects.bulk_update([user], ["username"])
    assert User.objects.get_by_natural_key("BERTA") == user


def test_an_update_to_an_expression_is_refused():
    UserFactory(username="anna")
    with pytest.raises(TypeError, match="computed in Python"):
        User.objects.update(username=F("email"))


def test_validation_says_in_words_that_a_name_is_taken():
    UserFactory(username="Anna")
    with pytest.raises(ValidationError) as refused:
        User(username="aNNA", password="x").full_clean()
    assert refused.value.message_dict == {"username": ["A user with that name exists already."]}


def test_validation_lets_a_person_write_their_own_name_anew():
    user = UserFactory(username="Anna")
    user.username = "ANNA"
    user.full_clean()


def test_active_superusers_are_neither_staff_nor_gone():
    admin = UserFactory(superuser=True)
    UserFactory(staff=True)
    UserFactory(superuser=True, inactive=True)
    assert list(User.objects.active_superusers()) == [admin]


# --- the end of sessions ------------------------------------------------------------------------


def test_ended_sessions_have_another_hash_and_so_has_each_end():
    user = UserFactory()
    seen = {user.get_session_auth_hash()}
    for _time in range(3):
        user.end_sessions()
        seen.add(user.get_session_auth_hash())
    assert len(seen) == 4


def test_a_session_of_before_the_number_holds():
    """Nobody has to log in anew because the site was upgraded."""
    user = UserFactory()
    assert user.get_session_auth_hash() == AbstractUser._get_session_auth_hash(user)


def test_two_ends_at_once_are_two():
    user = UserFactory()
    other = User.objects.get(pk=user.pk)
    user.end_sessions()
    other.end_sessions()
    assert (user.sessions_ended, other.sessions_ended) == (1, 2)


@pytest.mark.parametrize("update_fields", [None, ["sessions_ended", "email"]])
def test_who_saves_an_older_copy_does_not_bring_ended_sessions_back(update_fields):
    user = UserFactory()
    stale = User.objects.get(pk=user.pk)
    user.end_sessions()
    stale.email = "new@example.com"
    stale.save(update_fields=update_fields)
    assert User.objects.filter(email="new@example.com", sessions_ended=1).exists()


def test_the_hashes_of_older_secret_keys_know_the_end_as_well(settings):
    user = UserFactory()
    settings.SECRET_KEY_FALLBACKS = ["old" * 20]
    [before] = user.get_session_auth_fallback_hash()
    user.end_sessions()
    [after] = user.get_session_auth_fallback_hash()
    assert before != after
