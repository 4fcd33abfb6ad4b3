"""`python -m cli` is `jarchi`."""

from cli.main import main

if __name__ == "__main__":
    main()
