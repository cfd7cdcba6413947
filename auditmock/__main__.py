"""`python -m auditmock`, the same as the command `auditmock`."""

from auditmock.cli.main import main

main()
