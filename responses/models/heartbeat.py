"""When the worker was last at work."""

from django.db import models


class Heartbeat(models.Model):
    """The moment at which a task that runs every minute last began. A row, since a cache may be of one process only."""

    task = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["task"]

    def __str__(self) -> str:
        return f"{self.task} at {self.at}"
