from django.db import migrations, models

from chat.models import rights_triggers


class Migration(migrations.Migration):
    """The triggers that write it are made after every migrate: see models/rights_triggers.py."""

    dependencies = [("chat", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Rights",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(migrations.RunPython.noop, rights_triggers.drop_all),
    ]
