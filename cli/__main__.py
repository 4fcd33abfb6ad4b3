"""The console script, and `python -m cli`."""

from importlib import import_module

from news.loading import begin_loading


def main() -> None:
    """Run `jarchi`: `cli.main` ends the loading with the command that was asked for."""
    begin_loading()
    import_module("cli.main").main()


if __name__ == "__main__":
    main()
