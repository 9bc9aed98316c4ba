"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The weft.toml to use; else $WEFT_CONFIG, else ./weft.toml."),
]
