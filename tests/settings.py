"""The settings as the type checker loads them: with the tests' variables and a database that is never opened."""

import os

import tests.environment  # noqa: F401 – sets the variables

os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from barometer.settings import *  # noqa: F403
