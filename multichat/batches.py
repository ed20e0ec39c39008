"""Much at once, in pieces."""


def batches(queryset, size):
    """Yield the rows of the queryset in pieces of `size`, in the order of their primary keys."""
    keys = queryset.order_by("pk").values_list("pk", flat=True)
    piece = list(keys[:size])
    while piece:
        yield queryset.filter(pk__range=(piece[0], piece[-1]))
        piece = list(keys.filter(pk__gt=piece[-1])[:size])
