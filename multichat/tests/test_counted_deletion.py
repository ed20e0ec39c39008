import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.factories import UserFactory
from accounts.models import User
from multichat import counted_deletion

pytestmark = pytest.mark.django_db


def write(user, number):
    """Make messages of the user, and one entry in the log of the admin."""
    room = apps.get_model("chat.Room").objects.create(title="Tea")
    message = apps.get_model("chat.Message")
    message.objects.bulk_create(
        message(
            room=room, user=user, text="hi", version=at, first_version=at, renderer=1, sent_at=NOW
        )
        for at in range(1, number + 1)
    )
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.get_for_model(User), action_flag=DELETION
    )
    return message.objects.filter(room=room)


NOW = timezone.now()


def test_what_hangs_on_an_object_is_counted_in_words():
    anna = UserFactory()
    write(anna, 5)
    counts = admin.site.get_model_admin(User).counts(User.objects.filter(pk=anna.pk))
    assert ("Messages: stay, and show “deleted user”", 5) in counts
    assert ("Log entries: deleted as well", 1) in counts


def test_what_hangs_on_others_is_not_counted():
    write(UserFactory(), 5)
    stranger = UserFactory()
    assert admin.site.get_model_admin(User).counts(User.objects.filter(pk=stranger.pk)) == []


def test_rows_are_unlinked_or_deleted_and_the_object_is_gone():
    anna, berta = UserFactory(), UserFactory()
    messages = write(anna, 5)
    messages.filter(version=5).update(user=berta)
    counted_deletion.delete_in_batches(anna)
    assert messages.count() == 5
    assert messages.filter(user=None).count() == 4
    assert messages.get(version=5).user == berta
    assert not LogEntry.objects.exists()
    assert list(User.objects.all()) == [berta]


def test_no_batch_is_larger_than_asked():
    anna = UserFactory()
    messages = write(anna, 5)
    pieces = list(counted_deletion.batches(messages, size=2))
    assert [piece.count() for piece in pieces] == [2, 2, 1]


def test_each_batch_is_unlinked_by_a_statement_of_its_own():
    anna = UserFactory()
    write(anna, 5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        counted_deletion.delete_in_batches(anna, size=2)
    updates = [query for query in queries if query["sql"].startswith('UPDATE "chat_message"')]
    assert len(updates) >= 3


def test_rows_that_no_longer_match_are_left_out_of_a_batch():
    """Between the reading of the keys and the statement somebody else may have changed a row."""
    anna = UserFactory()
    messages = write(anna, 3)
    piece = next(counted_deletion.batches(messages.filter(user=anna), size=3))
    messages.filter(version=2).update(user=None)
    assert piece.count() == 2
