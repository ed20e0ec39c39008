"""What the site does when a part of it dies, stalls or lies: `make faults`.

Every test runs the same load over two processes of one site (load.py), breaks something in the
midst of it, and asserts afterwards that nobody has noticed more than a pause. Processes and servers
are real, and the tests' own.
"""
