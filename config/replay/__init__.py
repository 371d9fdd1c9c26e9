"""Playing real calls through the whole house: `manage.py replay FILE --speed X`.

`calls` reads the file, `clock` is the one clock, `town` seeds the people, `desk`, `callers` and
`crew` are the simulated operators, callers and workers, `run` plays, `report` tells.
Everything goes in through the public endpoints; only the waiting is simulated.
"""
