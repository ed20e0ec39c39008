"""The process looks five times a second whether the hourly purge is due."""

from multichat import purging


def put_in():
    purging.FIRST = purging.LOOK = 0.2
