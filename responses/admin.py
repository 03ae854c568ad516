"""Administration shows these rows and changes none; answers and the texts of mails are not among them."""

from django.contrib import admin

from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail, Response
from surveys.admin import ReadOnly

admin.site.register([Case, CaseEvent, ContactAttempt, LinkHolder], ReadOnly)
admin.site.register(Response, ReadOnly, exclude=["answers"])
admin.site.register(Mail, ReadOnly, exclude=["text_body", "html_body"])
