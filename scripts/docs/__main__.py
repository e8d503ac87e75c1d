"""Write every generated page, the picture of the README and the schema of the settings: ``python -m scripts.docs``."""

from scripts.docs import picture, settings_schema
from scripts.docs.pages import registry

registry.store()
picture.store()
settings_schema.store()
