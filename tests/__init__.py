# Seconds after which a process or a page counts as one that never ends: no measure of speed.
PATIENCE = 1800
