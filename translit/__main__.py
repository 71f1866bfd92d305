"""``python -m translit``: the command line."""

import sys

from translit.cli import main

if __name__ == "__main__":
    sys.exit(main())
