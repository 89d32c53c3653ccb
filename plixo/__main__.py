"""`python -m plixo`: the shell command where no script of that name is on the path."""

from plixo.cli import main

main()
