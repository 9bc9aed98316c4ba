"""The server on the finished run, and a browser, once for all tests of the pages."""

from collections.abc import Iterator

import pytest
from browsing import Visit, browsing, serving
from playwright.sync_api import Browser

from warehouse.settings import Settings


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def address(aw_published: Settings) -> Iterator[str]:
    """The address of the dashboards on the finished run."""
    with serving(aw_published) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield Visit(page, address)
    page.close()
