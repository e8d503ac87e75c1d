"""Write every made page anew: ``python -m tests.docs``."""

from tests.docs.pages import store

store()
