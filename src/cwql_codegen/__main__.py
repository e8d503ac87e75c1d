"""Run the generator: ``python -m cwql_codegen``."""

import sys

from cwql_codegen.cli import main

sys.exit(main())
