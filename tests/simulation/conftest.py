"""One small company, delivered clean and dirty, for all tests of the simulation."""

from pathlib import Path

import pytest
from simulated_deliveries import SCALE

from simulation.simulate import simulate
from simulation.world.clock import Plan
from simulation.world.world import World, build

SEEDS = (1, 7, 2026)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything until the end, without planted errors."""
    out = tmp_path_factory.mktemp("clean")
    simulate(out, SCALE, 1, dirt=0)
    return out


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with one row in fifty planted."""
    out = tmp_path_factory.mktemp("dirty")
    simulate(out, SCALE, 1, dirt=0.02)
    return out


@pytest.fixture(scope="session", params=SEEDS)
def world(request: pytest.FixtureRequest) -> World:
    """Several companies."""
    return build(Plan(SCALE, request.param))
