"""What every route of the site asks for, written out by hand: a right to read it, and one to send it something.

"-" where it does not know the method. Whoever adds a route adds a line.
"""

NOBODY_ASKED = """
typed-code answer answer-page answer-left answer-review answer-submit not-me pass-on share take-back give-back
take-back-by-mail give-back-by-mail decline correct opt-out unsubscribe receipt copy copy-pdf case-contact
result-request withdraw coordinator coordinator-code coordinator-workplaces coordinator-correct privacy questions
questions-level questions-pdf provider-events healthz readyz accessibility-statement was accessibility favicon.ico
set_language choose-password
""".split()

LOGIN = "account_login account_logout account_inactive mfa_authenticate openid_connect_login openid_connect_callback"
LOGIN_ENDS = "socialaccount_login_cancelled socialaccount_login_error"
OWN_ACCOUNT = """
account account_change_password account_reauthenticate mfa_index mfa_reauthenticate mfa_activate_totp
mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes mfa_list_webauthn
mfa_add_webauthn mfa_reauthenticate_webauthn mfa_remove_webauthn mfa_edit_webauthn usersessions_list
""".split()

ANY_STAFF = ["round-list"]

# (to read, to send); more than one right to send: any of them will do.
RIGHTS = {
    "round-create": ("edit_plan", "edit_plan"),
    "round-edit": ("see_round", "edit_plan"),
    "round-texts": ("see_round", "edit_plan"),
    "frame": ("see_round", "run_fieldwork"),
    "frame-problems": ("run_fieldwork", "-"),
    "sample": ("see_round", "run_fieldwork"),
    "quiet-weeks": ("see_round", "edit_contact"),
    "authority-contacts": ("see_contacts", "run_fieldwork"),
    "questionnaire-list": ("see_questionnaires", "-"),
    "questionnaire-create": ("edit_questionnaires", "edit_questionnaires"),
    "questionnaire": ("see_questionnaires", "edit_questionnaires"),
    "questionnaire-document": ("see_questionnaires", "-"),
    "questionnaire-import": ("edit_questionnaires", "edit_questionnaires"),
    "questionnaire-import-remarks": ("see_questionnaires", "edit_questionnaires"),
    "questionnaire-compare": ("see_questionnaires", "-"),
    "questionnaire-preview": ("see_questionnaires", "see_questionnaires"),
    "questionnaire-preview-phone": ("see_questionnaires", "-"),
    "questionnaire-all": ("see_questionnaires", "-"),
    "questionnaire-all-pdf": ("see_questionnaires", "-"),
    "questionnaire-load": ("edit_questionnaires", "edit_questionnaires"),
    "questionnaire-settings": ("see_questionnaires", "edit_questionnaires"),
    "questionnaire-texts": ("see_questionnaires", "edit_questionnaires"),
    "questionnaire-publish": ("edit_questionnaires", "edit_questionnaires"),
    "questionnaire-new-version": ("-", "edit_questionnaires"),
    "questionnaire-delete": ("edit_questionnaires", "edit_questionnaires"),
    "questionnaire-history": ("see_questionnaires", "-"),
    "questionnaire-snapshot": ("see_questionnaires", "edit_questionnaires"),
    "question-new": ("edit_questionnaires", "edit_questionnaires"),
    "question": ("see_questionnaires", "edit_questionnaires"),
    "question-delete": ("edit_questionnaires", "edit_questionnaires"),
    "part-new": ("edit_questionnaires", "edit_questionnaires"),
    "part": ("see_questionnaires", "edit_questionnaires"),
    "part-delete": ("edit_questionnaires", "edit_questionnaires"),
    "people": ("see_people", "-"),
    "person-new": ("manage_people", "manage_people"),
    "person": ("see_people", "manage_people"),
    "audit": ("see_audit", "-"),
    "audit-export": ("-", "see_audit"),
    "round": ("see_round", "-"),
    "round-open": ("run_fieldwork", "run_fieldwork"),
    "round-close": ("run_fieldwork", "run_fieldwork"),
    "contact-plan": ("see_round", "edit_contact"),
    "cases": ("see_cases", "-"),
    "case": ("see_contacts", "-"),
    "case-address": ("run_fieldwork", "run_fieldwork"),
    "calls": ("see_contacts", "run_fieldwork"),
    "letters": ("see_contacts", "run_fieldwork"),
    "letter-wave": ("see_contacts", "run_fieldwork"),
    "letter": ("see_contacts", "-"),
    "call": ("run_fieldwork", "run_fieldwork"),
    "interview": ("run_fieldwork", "run_fieldwork"),
    "interview-page": ("run_fieldwork", "run_fieldwork"),
    "interview-review": ("run_fieldwork", "run_fieldwork"),
    "interview-submit": ("run_fieldwork", "run_fieldwork"),
    "case-phone": ("run_fieldwork", "run_fieldwork"),
    "case-act": ("run_fieldwork", "run_fieldwork"),
    "hand-overs": ("see_contacts", "-"),
    "hand-over-act": ("run_fieldwork", "run_fieldwork"),
    "address-repair": ("see_contacts", "-"),
    "address-repair-export": ("-", "run_fieldwork"),
    "address-corrections": ("run_fieldwork", "run_fieldwork"),
    "coordinators": ("see_contacts", "run_fieldwork"),
    "contact-corrections": ("see_contacts", "-"),
    "contact-correction-act": ("run_fieldwork", "run_fieldwork"),
    "preflight": ("see_round", "run_fieldwork"),
    "mails": ("see_contacts", "-"),
    "mail": ("see_contacts", "run_fieldwork"),
    "mail-texts": ("see_round", "-"),
    "mail-text": ("see_round", "edit_contact"),
    "mail-text-started": ("see_round", "edit_contact"),
    "waves": ("see_cases", "run_fieldwork release"),
    "wave": ("see_cases", "run_fieldwork approve_wave"),
    "wave-left-out": ("see_cases", "-"),
    "wave-mail": ("see_contacts", "-"),
    "case-contacts": ("see_case_contacts", "-"),
    "case-contacts-export": ("-", "see_case_contacts"),
    "result-mail-export": ("-", "see_case_contacts"),
    "export": ("export", "export"),
    "figures": ("see_figures", "-"),
}
ONLY_IN_ALL_ROUNDS = {"quiet-weeks"}  # though its address has a round in it: sent to, it changes the table of all
