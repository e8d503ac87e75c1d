"""Write the pages of the rules anew: ``python -m tests.docs``."""

from tests.docs.pages import store

store()
