"""`python -m egcfg_tui`."""

from egcfg_tui.cli.main import entry

if __name__ == "__main__":
    entry()
