"""The chat that one gets by following the documentation of Django and Channels."""
