"""Administration shows these rows and changes none; nothing of people, their links, mails and answers is among them."""

from barometer.administration import site
from responses.models import Heartbeat, MailDomain
from surveys.admin import ReadOnly

site.register([Heartbeat, MailDomain], ReadOnly)
