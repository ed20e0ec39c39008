import pytest
from django.core.management import CommandError, call_command

from accounts.factories import UserFactory

from .second_factors import give_app, give_passkey

pytestmark = pytest.mark.django_db


def test_who_has_lost_everything_is_let_in_by_whoever_runs_the_server(capsys):
    anna, eva = UserFactory(username="Anna"), UserFactory()
    for person in (anna, eva):
        give_app(person)
        give_passkey(person)
    call_command("remove_second_factor", "ANNA")
    assert capsys.readouterr().out == "Anna has no second factor any more.\n"
    assert not anna.authenticator_set.exists()
    assert eva.authenticator_set.count() == 3


@pytest.mark.parametrize(
    ("name", "sentence"), [("anna", "has no second factor"), ("eva", "nobody called eva")]
)
def test_what_cannot_be_done_is_said(name, sentence):
    UserFactory(username="anna")
    with pytest.raises(CommandError, match=sentence):
        call_command("remove_second_factor", name)
