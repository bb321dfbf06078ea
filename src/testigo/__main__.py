"""`python -m testigo` is `testigo`."""

from testigo.cli import main

main()
