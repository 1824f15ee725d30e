"""``python -m sera_core``."""

from sera_core.cli import main

raise SystemExit(main())
