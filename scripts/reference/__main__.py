"""Runs the generator of the reference pages."""

import sys

from generate import main

sys.exit(main())
