"""Run the `mocktailverse` command by `python -m mocktailverse.cli`."""

from mocktailverse.cli.entry import run

if __name__ == "__main__":
    run()
