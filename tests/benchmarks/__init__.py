"""Benchmarks: our way against bare code that does the least it could, in the same run on the same machine.

A machine's own speed falls out of the ratio, so a limit holds on any machine. Each ``bench_NAME.py`` here has a
function ``run()``, plain or async, which returns a list of dictionaries:

``name``
    What is measured, with the amount of work.
``unit``
    What ``ours`` and ``bare`` count a second, such as ``jobs/s``; more is better.
``ours``, ``bare``
    The two rates.
``limit``
    The least ``ours / bare`` that is accepted: about half of what was measured when it was set, so that only a change
    of the code misses it and no bad day of the machine.

``make bench`` runs them all, prints one table, writes nothing, and fails when a ratio misses its limit.
"""
