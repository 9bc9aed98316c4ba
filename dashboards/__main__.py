"""`python -m dashboards --config FILE`: becomes the Streamlit server of the app, on the loopback interface.

Comes in: the settings file, a port. Goes out: nothing, the process is replaced. Called by `weft dashboards`.
"""

import argparse
import os
import sys
from pathlib import Path

from dashboards.charts import INK, PAPER, SERIES, SURFACE
from warehouse.errors import WeftError
from warehouse.settings import load_settings

# The dashboards have no sign-in of their own, so nobody but this machine may reach them.
ADDRESS = "127.0.0.1"


def server_command(port: int, *, headless: bool) -> list[str]:
    """Return the command line that serves the app; every option that matters is on it, none in a file."""
    options = {
        "server.address": ADDRESS,
        "server.port": port,
        "server.headless": str(headless).lower(),
        # Streamlit would ask whoever starts it for the first time for an e-mail address, and wait; and greet with advice to developers.
        "server.showEmailPrompt": "false",
        "logger.hideWelcomeMessage": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "theme.base": "light",
        "theme.primaryColor": SERIES[0],
        "theme.backgroundColor": PAPER,
        "theme.secondaryBackgroundColor": SURFACE,
        "theme.textColor": INK,
        "theme.font": "sans-serif",
    }
    app = Path(__file__).with_name("app.py")
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags]


def main() -> None:
    """Check the settings, then become the server."""
    parser = argparse.ArgumentParser(prog="python -m dashboards", description="Serve the dashboards on this machine.")
    parser.add_argument("--config", type=Path, help="the deployment's weft.toml")
    parser.add_argument("--port", type=int, help="instead of [dashboards] port in weft.toml")
    parser.add_argument("--headless", action="store_true", help="do not open a browser")
    arguments = parser.parse_args()
    try:
        settings = load_settings(arguments.config)
    except WeftError as error:
        parser.exit(1, f"{error}\n")
    os.environ["WEFT_CONFIG"] = str(settings.config_path)
    port = arguments.port or settings.dashboards.port
    sys.stdout.write(f"The dashboards open at http://{ADDRESS}:{port} (Ctrl-C ends them)\n")
    sys.stdout.flush()
    command = server_command(port, headless=arguments.headless)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
