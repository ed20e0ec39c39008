"""People for tests."""

import factory

from .models import User


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who may log in with the password "correct horse"."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(is_staff=True)
        superuser = factory.Trait(is_staff=True, is_superuser=True)
        inactive = factory.Trait(is_active=False)

    username = factory.Sequence("person{}".format)
    password = factory.django.Password("correct horse")
