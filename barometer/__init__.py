from barometer.celery import app as celery_app

__all__ = ["PROGRAM", "celery_app"]

PROGRAM = "innovation-barometer 0.1.0"  # as in pyproject.toml; files that leave the system say which program made them
