"""Untrusted bytes are parsed and decoded in a process that can reach nothing: no network, no file but what it was sent.

`untrusted.enter()` makes `Photo` open files there for the rest of a process, where the system has what it takes
(`bubblewrap.works()`). The process that it starts (`process`) runs `reader`, which shuts itself in by `confine` and
answers in the form that `messages` gives. Whatever comes back is called `untrusted_...` until it has been checked.
"""
