"""The pages: the dashboard, a room's own page, what is done to people there, reports."""
