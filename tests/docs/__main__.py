"""Write every made page, and the picture of the README, anew: ``python -m tests.docs``."""

from tests.docs import pages, picture

pages.store()
picture.store()
