"""`python -m mocktailverse.cli` is the `mocktailverse` command."""

from mocktailverse.cli.entry import run

if __name__ == "__main__":
    run()
