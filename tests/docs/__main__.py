"""Write every made page, the picture of the README and the schema of settings anew: ``python -m tests.docs``."""

from tests.docs import pages, picture, schema

pages.store()
picture.store()
schema.store()
