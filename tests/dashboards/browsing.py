"""The dashboards as analysts have them: the server on a deployment, and a browser that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from warehouse.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
READY_SECONDS = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve the dashboards as somebody has them who starts them for the first time, and give their address."""
    port = free_port()
    newcomer = {**os.environ, "HOME": str(settings.root), "BROWSER": "true"}
    command = [sys.executable, "-m", "dashboards", "--config", str(settings.config_path), "--port", str(port)]
    with open(settings.root / "dashboards.log", "w", encoding="utf-8") as log:
        # Whoever asks something of the newcomer waits for ever.
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=newcomer)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(address):
            assert server.poll() is None and time.monotonic() < deadline, Path(log.name).read_text(encoding="utf-8")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start the machine's own Chromium without a window."""
    path = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """One tab, and what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.troubles: list[str] = []
        self._address = address
        page.on("console", self._listen)
        page.on("requestfailed", lambda request: self.troubles.append(f"{request.url}: {request.failure}"))
        page.on("response", self._note)

    def _listen(self, said: ConsoleMessage) -> None:
        # Below a page's own address Streamlit looks for its server there first, then at the root (streamlit#7074).
        if said.type == "error" and "/_stcore/" not in said.location["url"]:
            self.troubles.append(said.text)

    def _note(self, response: Response) -> None:
        if not response.url.startswith((self._address, "data:", "blob:")):
            self.troubles.append(f"asked another host: {response.url}")

    def go(self, path: str) -> None:
        """Open a page and wait until it is drawn."""
        self.page.goto(f"{self._address}/{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run to its end and nothing is being fetched."""
        self.page.wait_for_selector("h1", timeout=READY_SECONDS * 1000)
        # A rerun may begin a moment after a click, so it must be quiet twice.
        for _ in range(2):
            self.page.wait_for_timeout(300)
            self.page.wait_for_selector(
                '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=READY_SECONDS * 1000
            )

    def card(self, label: str) -> str:
        """What a card says, narrow spaces made plain."""
        card = self.page.get_by_test_id("stMetric").filter(has_text=label).first
        return card.get_by_test_id("stMetricValue").inner_text().replace("\u202f", " ").replace("\u00a0", " ").strip()

    def errors(self) -> list[str]:
        """Errors and exceptions that the page shows."""
        return self.page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]').all_inner_texts()

    def download(self, name: str) -> Path:
        """Press the CSV button of the table `name`."""
        with self.page.expect_download() as download:
            # A button with a help text is there twice: for pointers, and hidden for fingers.
            self.page.locator(f".st-key-csv_{name} button:visible").click()
        return Path(download.value.path())
