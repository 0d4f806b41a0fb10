"""``python -m callcenter``: the command where no console script is installed."""

from callcenter.cli import main

main()
