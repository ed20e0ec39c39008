"""Faults that sit inside a process, which only its own code can cause: one module for each."""
