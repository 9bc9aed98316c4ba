"""Work in a process of its own answers, fails and dies as if it had been done here."""

import os

import pytest

from warehouse.errors import WeftError
from warehouse.own_process import in_own_process
from warehouse.settings import Settings


def test_the_answer_comes_from_another_process(deployment: Settings) -> None:
    assert in_own_process(deployment, os.getpid) != os.getpid()


def test_an_error_is_told_as_itself_and_keeps_where_it_was_raised(deployment: Settings) -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        in_own_process(deployment, int, "x")
    assert raised.value.__cause__ is None
    assert "Traceback" in "".join(raised.value.__notes__)


def test_a_killed_process_is_an_error_that_says_what_to_do(deployment: Settings) -> None:
    with pytest.raises(WeftError, match=r"was killed, perhaps for want of memory\. Nothing was written; run again"):
        in_own_process(deployment, os._exit, 9)
