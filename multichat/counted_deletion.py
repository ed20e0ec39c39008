"""Deleting what much hangs on: the admin counts it instead of listing it, and deletes in batches.

Django's own delete page fetches every related object to show it (100,000 messages: seconds, and a
page of megabytes), and deletes all of them in one transaction, which keeps everybody else from
writing. Here each batch is a short transaction of its own. What is deleted or unlinked stays so
when a later batch fails, and the same delete can be asked for again.
"""

from copy import copy

from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import model_ngettext, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import CASCADE, SET_NULL
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from multichat.batches import batches

BATCH = 2000  # rows: some ten milliseconds on SQLite, whose other writers wait meanwhile


class CountedDeletion:
    """Mixin for a ModelAdmin: put it before ModelAdmin.

    Whoever may delete the object may delete what goes along. Django's delete_model() and
    delete_queryset() are not called.
    """

    # The name of the action that the delete page offers as the gentler way.
    instead = None
    # What is said of rows that are deleted as well, and of those that are only unlinked.
    deleted_words = _lazy("%(rows)s: deleted as well")
    unlinked_words = _lazy("%(rows)s: stay, without their %(field)s")

    def counts(self, queryset):
        """Return what deleting these objects does to others: a list of (words, number)."""
        return [
            (self.words_for(relation), number)
            for relation in relations_to(self.model)
            if not relation.related_model._meta.auto_created
            and (number := related(relation, queryset.values("pk")).count())
        ]

    def words_for(self, relation):
        words = self.unlinked_words if relation.on_delete is SET_NULL else self.deleted_words
        return words % {
            "rows": capfirst(relation.related_model._meta.verbose_name_plural),
            "field": relation.field.verbose_name,
        }

    def name_of(self, obj):
        """Return the words by which the delete page lists the object."""
        return str(obj)

    def why_keep(self, request, queryset):
        """Return the sentence that says why these objects cannot be deleted, or None."""
        return None

    def delete_one(self, request, obj):
        """Delete the object and what hangs on it, in batches; return whether that was done."""
        delete_in_batches(obj)
        return True

    def delete_view(self, request, object_id, extra_context=None):
        """The delete page of one object. Not atomic as a whole, as Django's is: see above."""
        obj = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        queryset = self.model._base_manager.filter(pk=obj.pk)
        if request.method == "POST" and "post" in request.POST:
            name = str(obj)
            done = self.delete_all(request, queryset)
            if done is None:
                return self.confirmation(request, queryset)
            if not done:
                return HttpResponseRedirect(self.changelist_url())
            return self.response_delete(request, name, obj.pk)
        return self.confirmation(request, queryset)

    def get_actions(self, request):
        """Replace Django's own way to delete the selected objects."""
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            _function, name, description = actions["delete_selected"]
            actions["delete_selected"] = (delete_selected, name, description)
        return actions

    def delete_all(self, request, queryset):
        """Delete the objects, and log each; return how many were, None when they are to be kept."""
        if self.why_keep(request, queryset):
            return None
        number = 0
        for obj in list(queryset):
            deleted = copy(obj)  # which still knows its key
            if self.delete_one(request, obj):
                self.log_deletions(request, [deleted])
                number += 1
        return number

    def changelist_url(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return reverse(f"{self.admin_site.name}:{name}")

    def confirmation(self, request, queryset):
        """Return the page that says what goes along, and asks."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delete"),
            "opts": self.opts,
            "media": self.media,
            "queryset": queryset,
            "number": queryset.count(),
            "names": [self.name_of(obj) for obj in queryset[:100]],
            "counts": self.counts(queryset),
            "why_keep": self.why_keep(request, queryset),
            "instead": self.get_actions(request).get(self.instead),
            "changelist": self.changelist_url(),
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "selected": "action" in request.POST,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/counted_deletion.html", context)


def delete_selected(modeladmin, request, queryset):
    """The admin's action: ask first, then delete; return None to go back to the list."""
    number = modeladmin.delete_all(request, queryset) if "post" in request.POST else None
    if number is None:
        return modeladmin.confirmation(request, queryset)
    if number:
        words = {"count": number, "items": model_ngettext(modeladmin.opts, number)}
        message = _("Successfully deleted %(count)d %(items)s.") % words
        modeladmin.message_user(request, message, messages.SUCCESS)
    return None


def delete_in_batches(obj, size=BATCH):
    """Delete the object; before it, what points at it is unlinked or deleted, `size` rows a time.

    Rows that appear meanwhile are left to the object's own delete(), which ends it.
    """
    for relation in relations_to(type(obj)):
        for batch in batches(related(relation, [obj.pk]), size):
            with transaction.atomic():
                if relation.on_delete is SET_NULL:
                    batch.update(**{relation.field.name: None})
                else:
                    batch.delete()
    obj.delete()


def relations_to(model):
    """Return the relations of other rows to a row of the model that its delete() would touch."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and relation.on_delete in (CASCADE, SET_NULL)
    ]


def related(relation, keys):
    """Return the rows that point, by this relation, at an object with one of these keys."""
    rows = relation.related_model._base_manager.all()
    return rows.filter(**{f"{relation.field.name}__in": keys})
