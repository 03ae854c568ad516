"""The task queue carries "go and look"; what is to be done stands in the database."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")

app = Celery("barometer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "queue-due-steps": {"task": "responses.tasks.queue_due_steps", "schedule": 60.0},
    "send-due-mails": {"task": "responses.tasks.send_due_mails", "schedule": 60.0},
    "read-returns": {"task": "responses.tasks.read_returns", "schedule": 300.0},
    "check-waves": {"task": "responses.tasks.check_waves", "schedule": 60.0},
    "delete-unsent-answers": {
        "task": "responses.tasks.delete_unsent_answers",
        "schedule": crontab(hour="3", minute="15"),
    },
    "make-exports": {"task": "responses.tasks.make_exports", "schedule": 5.0},
    "delete-expired-exports": {
        "task": "responses.tasks.delete_expired_exports",
        "schedule": crontab(hour="4", minute="0"),
    },
    "delete-due-data": {"task": "responses.tasks.delete_due_data", "schedule": crontab(hour="3", minute="45")},
    # Several times, for a mail server that is down at seven: each goes at most once a day.
    "send-digests": {
        "task": "responses.tasks.send_digests",
        "schedule": crontab(hour="7", minute="0,15,30,45", day_of_week="1-5"),
    },
    "recheck-submissions": {"task": "responses.tasks.recheck_submissions", "schedule": crontab(hour="3", minute="30")},
}
