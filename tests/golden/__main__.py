"""Write every golden file anew: ``python -m tests.golden``."""

from tests.golden import cases, findings, store

for case in cases():
    store(case, findings(case))
