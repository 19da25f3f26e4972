"""The command `dropferry`."""

import sys


def main() -> None:
    """Run one command and end the process with its exit code."""
    arguments = sys.argv[1:]
    if not arguments or arguments in (["--help"], ["-h"]):
        # Typer alone takes five times as long to import as Python to start; its help of this level is the same text.
        from bot import console, language
        from bot.cli.commands import top_help

        language.use(language.wanted(arguments))
        console.survive()
        sys.stdout.write(top_help())
        sys.exit(0 if arguments else 2)
    from bot.cli.app import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
