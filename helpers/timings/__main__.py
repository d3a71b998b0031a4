"""The command that measures."""

from helpers.timings import main

if __name__ == "__main__":
    main()
