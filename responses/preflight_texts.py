"""What the checks before a mailing are called, what they found, and what to do, for staff and operators."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.preflight import Level

LEVELS: dict[Level, Promise] = {
    Level.OK: _("OK"),
    Level.WARNING: _("Warning"),
    Level.FAILS: _("Fails"),
    Level.NOT_CHECKED: _("Not checked"),
}

CHECKS: dict[str, Promise] = {
    "addresses": _("Sender addresses"),
    "links": _("Domain of the links"),
    "hosts": _("Sending hosts"),
    "spf": _("SPF: may the host send for the domain?"),
    "dkim": _("DKIM: is the mail signed?"),
    "dmarc": _("DMARC: what receivers do with forgeries"),
    "alignment": _("DMARC: do the domains agree?"),
    "reverse": _("Reverse DNS"),
    "mailboxes": _("Replies and returned mail"),
    "worker": _("Worker"),
    "queue": _("Queue"),
}

TEXTS: dict[str, Promise] = {
    "no_answer": _("No name server answered about %(name)s. Check again, or from a network that has one."),
    "address_ok": _("%(address)s can be written to."),
    "address_bad": _("“%(address)s” is not an e-mail address. Correct it (DEFAULT_FROM_EMAIL, or the round's texts)."),
    "address_reserved": _("%(address)s is reserved for examples and reaches nobody. Use a real address."),
    "not_https": _("Links begin with %(address)s. Set SITE_URL to an address that begins with https://."),
    "link_domain_ok": _("Links lead to %(host)s, which lies under the sender's domain %(domain)s."),
    "link_domain_other": _(
        "Links lead to %(host)s, and mails come from %(domain)s. Filters distrust that: let SITE_URL lie under the "
        "sender's domain."
    ),
    "host_unknown": _("%(host)s has no address. Correct SENDING_HOSTS or EMAIL_HOST."),
    "host_private": _(
        "%(host)s has no public address, so receivers see another host. Set SENDING_HOSTS to the addresses that your "
        "mail leaves from."
    ),
    "spf_ok": _("%(domain)s lists the sending hosts."),
    "spf_none": _("%(domain)s has no SPF record. Publish one that lists the sending hosts and ends in -all."),
    "spf_many": _("%(domain)s has several SPF records, so none counts. Leave one."),
    "spf_broken": _("The SPF record of %(domain)s, or one it includes, breaks the rules, so it does not count."),
    "spf_no_hosts": _("%(domain)s has an SPF record, but no sending host is known. Set SENDING_HOSTS."),
    "spf_not_listed": _("The SPF record of %(domain)s does not allow %(addresses)s. Add them to it."),
    "spf_lookups": _(
        "The SPF record of %(domain)s takes %(lookups)s lookups, and receivers give up after 10. Include fewer others."
    ),
    "spf_open": _("The SPF record of %(domain)s lets hosts through that it does not list. End it in -all or ~all."),
    "dkim_no_selector": _("Set DKIM_SELECTOR to the selector that your mail server signs with."),
    "dkim_none": _("There is no key at %(name)s. Publish it, or correct DKIM_SELECTOR or DKIM_DOMAIN."),
    "dkim_revoked": _("The key at %(name)s is withdrawn (empty). Sign with another one."),
    "dkim_unreadable": _("The key at %(name)s cannot be read. Publish it anew, in one piece."),
    "dkim_weak": _("The key at %(name)s has %(bits)s bits: receivers ignore it. Make one of 2048."),
    "dkim_short": _("The key at %(name)s has %(bits)s bits. Make one of 2048."),
    "dkim_testing": _("The key at %(name)s is marked as a test (t=y). Take the mark away."),
    "dkim_ok": _("There is a key at %(name)s. That mails are signed with it, the test mail shows."),
    "dmarc_none": _("%(domain)s has no DMARC policy. Publish one at _dmarc.%(domain)s; state domains need p=reject."),
    "dmarc_many": _("%(domain)s has several DMARC records, so none counts. Leave one."),
    "dmarc_p_none": _("%(domain)s asks receivers to do nothing about forgeries (p=none). Go on to p=reject."),
    "dmarc_p_reject": _("%(domain)s asks receivers to reject forgeries (p=reject)."),
    "dmarc_p_quarantine": _(
        "%(domain)s asks receivers to set forgeries aside (p=quarantine). State domains need p=reject."
    ),
    "aligned": _("Signature (%(signer)s) and envelope (%(envelope)s) agree with the sender's domain %(domain)s."),
    "aligned_by_dkim": _(
        "The signature (%(signer)s) agrees with the sender's domain %(domain)s. The envelope (%(envelope)s) does not, "
        "which is allowed."
    ),
    "aligned_by_spf": _(
        "Only the envelope (%(envelope)s) agrees with the sender's domain %(domain)s: forwarded mails will fail. Sign "
        "as %(domain)s, and set DKIM_SELECTOR."
    ),
    "not_aligned": _(
        "Neither signature (%(signer)s) nor envelope (%(envelope)s) is known to agree with the sender's domain "
        "%(domain)s, so receivers may refuse the mails. Sign as %(domain)s, and set DKIM_SELECTOR."
    ),
    "reverse_ok": _("%(address)s is called %(name)s, and back again."),
    "reverse_none": _("%(address)s has no name. Ask whoever runs the network for a PTR record."),
    "reverse_other": _("%(address)s is called %(name)s, but that name has other addresses. Let the two agree."),
    "mx_ok": _("%(domain)s takes mail."),
    "mx_by_address": _("%(domain)s has no MX record, only an address. Publish an MX record."),
    "mx_none": _("%(domain)s takes no mail, so replies or returned mails are lost. Publish an MX record."),
    "worker_ok": _("The worker looked for mails at %(when)s."),
    "worker_late": _("The worker last looked for mails at %(when)s. It should do so every minute."),
    "worker_silent": _("The worker last looked for mails at %(when)s: nothing is sent. Start worker and beat."),
    "worker_never": _("No worker has looked for mails yet: nothing is sent. Start worker and beat."),
    "queue_ok": _("No mail has waited long."),
    "queue_late": _("Mails that should have left: %(number)s, the oldest at %(when)s."),
    "queue_stuck": _("Mails begun by a worker that has gone: %(number)s. The next sweep takes them up."),
    "queue_unknown": _("Mails of which nobody knows whether they left: %(number)s. Decide on the page “Mails”."),
}
