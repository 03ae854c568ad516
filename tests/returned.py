"""Messages as mail servers, mail programs and people send them to the address that mails come back to."""

from collections.abc import Callable

MESSAGE_ID = "<157839840000.4711.9876543210123456789.mail7@example.org>"
BOUNCES, LEADER = "bounces+7-abcdefghijklmnop@bounce.example", "lea@skole.example"
Made = Callable[..., bytes]


def eml(text: str) -> bytes:
    return text.lstrip("\n").replace("\n", "\r\n").encode()


def dsn(
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <lea@skole.example>: Recipient address rejected: User unknown",
    *,
    action: str = "failed",
    sent_to: str = BOUNCES,
    message_id: str = MESSAGE_ID,
    own_id: str = "<20200107120500.ABC@mx.skole.example>",
    words: str = "This is the mail system at host mx.skole.example. I'm sorry.",
) -> bytes:
    """As Postfix writes it."""
    return eml(f"""
Return-Path: <>
Delivered-To: {sent_to}
Date: Tue, 7 Jan 2020 12:05:00 +0100 (CET)
From: MAILER-DAEMON@mx.skole.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {sent_to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4C3A.1578/mx.skole.example"
Message-Id: {own_id}

This is a MIME-encapsulated message.

--4C3A.1578/mx.skole.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

{words}

--4C3A.1578/mx.skole.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.skole.example
X-Postfix-Queue-ID: 4C3A
Arrival-Date: Tue,  7 Jan 2020 12:04:58 +0100 (CET)

Final-Recipient: rfc822; {LEADER}
Original-Recipient: rfc822;{LEADER}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--4C3A.1578/mx.skole.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: "Danmarks Innovationsbarometer" <barometer@example.org>
To: {LEADER}
Message-ID: {message_id}

--4C3A.1578/mx.skole.example--
""")


def office_365() -> bytes:
    """Office 365, in Danish, with the Danish words in HTML as well."""
    return eml(f"""
From: =?iso-8859-1?Q?Microsoft_Outlook?= <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@kommune.example>
To: {BOUNCES}
Date: Tue, 7 Jan 2020 11:05:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="b9f1-2e"
Message-ID: <c0ffee@AM0PR01.eurprd01.prod.exchangelabs.com>
Subject: =?utf-8?B?S2FuIGlra2UgbGV2ZXJlczogSW52aXRhdGlvbg==?=
Auto-Submitted: auto-replied
MIME-Version: 1.0

--b9f1-2e
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="c1"

--c1
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

Meddelelsen til lea@kommune.example kunne ikke leveres.
lea blev ikke fundet p=E5 kommune.example.

--c1
Content-Type: text/html; charset="iso-8859-1"

<html><style>p {{ color: red }}</style><p>Meddelelsen kunne ikke leveres.</p></html>

--c1--

--b9f1-2e
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;mail.example.org
Arrival-Date: Tue, 7 Jan 2020 11:04:59 +0000

Final-Recipient: rfc822;lea@kommune.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--b9f1-2e
Content-Type: message/rfc822

From: "Danmarks Innovationsbarometer" <barometer@example.org>
To: lea@kommune.example
Message-ID: {MESSAGE_ID}
Subject: Invitation
MIME-Version: 1.0
Content-Type: text/plain

--b9f1-2e--
""")


def exchange_on_premises() -> bytes:
    """Exchange 2010 in Danish: its status says 5.2.2, its words that the mailbox is full."""
    return eml(f"""
From: "Microsoft Outlook" <postmaster@region.example>
To: {BOUNCES}
Date: Tue, 7 Jan 2020 12:05:00 +0100
Content-Type: multipart/report; report-type=delivery-status; boundary="x-1"
Message-ID: <one@EXCH01.region.example>
Subject: =?iso-8859-1?Q?Kunne_ikke_leveres=3A_Invitation?=
MIME-Version: 1.0

--x-1
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: 8bit

Postkassen er fuld. Modtagerens postkasse kan ikke modtage meddelelser lige nu.

--x-1
Content-Type: message/delivery-status

Reporting-MTA: dns;EXCH01.region.example

Final-recipient: RFC822;lea@region.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full
X-Display-Name: Lea Leder

--x-1
Content-Type: text/rfc822-headers

Message-ID: {MESSAGE_ID}

--x-1--
""")


def exim() -> bytes:
    """Exim: no part for machines, but a header with the address."""
    return eml(f"""
Return-path: <>
Envelope-to: {BOUNCES}
Date: Tue, 07 Jan 2020 12:05:00 +0100
X-Failed-Recipients: {LEADER}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: {BOUNCES}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1ioaaa-0001@exim.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {LEADER}
    host mx.skole.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{LEADER}>:
    550 5.1.1 <{LEADER}>: Recipient address rejected: User unknown

------ This is a copy of the message's headers. ------

Return-path: <{BOUNCES}>
Message-ID: {MESSAGE_ID}
""")


def qmail() -> bytes:
    """qmail: words alone."""
    return eml(f"""
Return-Path: <>
Delivered-To: {BOUNCES}
Date: 7 Jan 2020 11:05:00 -0000
From: MAILER-DAEMON@qmail.example
To: {BOUNCES}
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{LEADER}>:
192.0.2.1 does not like recipient.
Remote host said: 550 sorry, no mailbox here by that name
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Return-Path: <{BOUNCES}>
Message-ID: {MESSAGE_ID}
Subject: Invitation
""")


def gmail() -> bytes:
    """Gmail: the code of the address that does not exist."""
    return eml(f"""
Delivered-To: {BOUNCES}
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: {BOUNCES}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {MESSAGE_ID}
In-Reply-To: {MESSAGE_ID}
X-Failed-Recipients: lea@gmail.example
Message-ID: <5e14.1c69fb81.aaa.bbb@mx.google.com>
Date: Tue, 07 Jan 2020 03:05:00 -0800 (PST)
Content-Type: multipart/report; boundary="000000000000b"; report-type=delivery-status

--000000000000b
Content-Type: multipart/related; boundary="000000000000c"

--000000000000c
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to lea@gmail.example because the address couldn't be found.

--000000000000c--

--000000000000b
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Tue, 07 Jan 2020 03:04:59 -0800 (PST)

Final-Recipient: rfc822; lea@gmail.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.

--000000000000b
Content-Type: message/rfc822

From: barometer@example.org
Message-ID: {MESSAGE_ID}

--000000000000b--
""")


def away(
    subject: str = "Automatisk svar: Invitation",
    words: str = "Tak for din mail. Jeg er tilbage den 3. februar.",
    headers: str = "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk",
    sent_to: str = BOUNCES,
    own_id: str = "<away@skole.example>",
) -> bytes:
    """An automatic reply; RFC 3834."""
    return eml(f"""
From: Lea Leder <{LEADER}>
To: {sent_to}
Date: Mon, 20 Jan 2020 08:00:00 +0100
Subject: {subject}
In-Reply-To: {MESSAGE_ID}
Message-ID: {own_id}
{headers}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{words}
""")


def complaint(kind: str = "abuse") -> bytes:
    """A report of spam; RFC 5965."""
    return eml(f"""
From: <feedback@provider.example>
To: {BOUNCES}
Date: Tue, 7 Jan 2020 12:05:00 +0100
Subject: FW: Invitation
Message-ID: <arf@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="arf"

--arf
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--arf
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1

--arf
Content-Type: message/rfc822

From: barometer@example.org
Message-ID: {MESSAGE_ID}
Subject: Invitation

--arf--
""")


def read_receipt() -> bytes:
    return eml(f"""
From: Lea Leder <{LEADER}>
To: {BOUNCES}
Subject: =?utf-8?Q?L=C3=A6st=3A_Invitation?=
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="mdn"

--mdn
Content-Type: text/plain

Meddelelsen er blevet vist.

--mdn
Content-Type: message/disposition-notification

Final-Recipient: rfc822; {LEADER}
Original-Message-ID: {MESSAGE_ID}
Disposition: manual-action/MDN-sent-manually; displayed

--mdn--
""")


def reply(
    subject: str = "SV: Invitation", words: str = "Hej. Hvem kan jeg ringe til? Jeg er tilbage den 3. marts."
) -> bytes:
    """A person."""
    return eml(f"""
From: Lea Leder <{LEADER}>
To: {BOUNCES}
Date: Mon, 20 Jan 2020 08:00:00 +0100
Subject: {subject}
In-Reply-To: {MESSAGE_ID}
Message-ID: <reply@skole.example>

{words}

> Message-ID: {MESSAGE_ID}
> 550 5.1.1 User unknown
""")
