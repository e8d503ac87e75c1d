"""``python -m cwql``: the command line."""

from cwql.cli import main

raise SystemExit(main())
