"""The mail about the results promises that its address is deleted with it."""

from django.db import transaction

from responses.models import Mail, ResultRequest


@transaction.atomic
def forget_address(*, mail: Mail) -> None:
    """Delete the address that a mail about the results has gone to, wherever it was left; the mail keeps its number."""
    ResultRequest.objects.filter(round=mail.round_id, email__iexact=mail.address).delete()
    Mail.objects.filter(pk=mail.pk).update(address=f"mail{mail.pk}@deleted.invalid", result_request=None)
