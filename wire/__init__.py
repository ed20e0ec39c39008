"""A client of PROTOCOL.md, sites to try it on, and the tests of the wire.

Everything here was written from the protocol alone and talks to real server processes.
"""
