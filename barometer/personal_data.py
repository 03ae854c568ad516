"""Which fields hold data about a person; tests/test_personal_data.py fails on a field that is not listed.

Personal: it names a person or tells something about one: a leader, somebody who holds a link, a member of
staff. A workplace is not a person; what its leader answers, and whether, is treated as if it were about one.
"""

from typing import NamedTuple


class Fields(NamedTuple):
    """Field names of one model, separated by spaces; the automatic key is left out."""

    personal: str
    other: str


FIELDS = {
    "barometer.User": Fields(
        personal="password last_login username first_name last_name email",
        other="is_superuser is_staff is_active date_joined groups user_permissions session_generation",
    ),
    "barometer.AuditEvent": Fields(
        personal="who reason",
        other="number at what target facts reason_digest previous_digest digest",
    ),
    "barometer.AuditHead": Fields(
        personal="",
        other="number digest",
    ),
    "surveys.Questionnaire": Fields(
        personal="",
        other="code version country reference_start reference_end languages title texts published_at",
    ),
    "surveys.ImportRemark": Fields(
        personal="settled_by",
        other="questionnaire number code where params settled_at",
    ),
    "surveys.RegisterVariable": Fields(
        personal="",
        other="questionnaire position name type label codes",
    ),
    "surveys.DerivedVariable": Fields(
        personal="",
        other="questionnaire position name expression label",
    ),
    "surveys.Scale": Fields(
        personal="",
        other="questionnaire position name",
    ),
    "surveys.Page": Fields(
        personal="",
        other="questionnaire position name label",
    ),
    "surveys.Question": Fields(
        personal="",
        other=(
            "questionnaire page position code type label hint ask_if required max_marks max_length enabled "
            "scale rows_like rows_marked_in row_text soft_check_when soft_check_text"
        ),
    ),
    "surveys.Choice": Fields(
        personal="",
        other="question scale kind position code value label hint ask_if exclusive open group enabled",
    ),
    "surveys.QuestionnaireSnapshot": Fields(
        personal="at by",
        other="questionnaire number document act part name",
    ),
    "surveys.Round": Fields(
        personal="",
        other=(
            "slug questionnaire country languages opens_on deadline closes_on target_response_rate voluntary "
            "rehearsal second_person coordinators sampling_key_fingerprint opened_at closed_at published_at texts_stamp"
        ),
    ),
    "surveys.RoundText": Fields(
        personal="text",
        other="round field language",
    ),
    "surveys.RoundRole": Fields(
        personal="user role",
        other="round",
    ),
    "surveys.ContactStep": Fields(
        personal="",
        other="round day on_date time channel mail_name audience sender skips_quiet_weeks queued_at swept_on",
    ),
    "surveys.MailText": Fields(
        personal="edited_at edited_by",
        other="round name language started subject body",
    ),
    "surveys.QuietWeek": Fields(
        personal="",
        other="authority_code year week",
    ),
    "surveys.AuthorityContact": Fields(
        personal="name email language",
        other="round authority_code authority",
    ),
    "surveys.FrameFile": Fields(
        personal="name loaded_by",
        other="round sha256 mapping rows loaded_at",
    ),
    "surveys.Workplace": Fields(
        personal="",
        other=(
            "round register_id p_number cvr name address level authority_code authority db07 industry_group "
            "employees size_class region permanent_random_number"
        ),
    ),
    "surveys.WorkplaceContact": Fields(
        personal="leader email kind language phone",
        other="workplace",
    ),
    "surveys.Sample": Fields(
        personal="drawn_by",
        other="round size start minimum_per_stratum take_all frame_sha256 sampling_key_fingerprint merges drawn_at",
    ),
    "surveys.Stratum": Fields(
        personal="",
        other="sample code level industry_groups size_classes population_size sample_size",
    ),
    "surveys.SampleUnit": Fields(
        personal="",
        other="sample workplace stratum inclusion_probability",
    ),
    "responses.Case": Fields(
        personal="language disposition outcome",
        other="round sample_unit",
    ),
    "responses.ImportedRound": Fields(
        personal="imported_by",
        other="round name sha256 strata_sha256 rows timed sampled facts imported_at",
    ),
    "responses.LinkHolder": Fields(
        personal="name email phone address_kind",
        other="case role standing generation retired_at",
    ),
    "responses.HandOver": Fields(
        personal="given_by asked_at began_at silent_from bounced_at ended_at",
        other="holder",
    ),
    "responses.CaseEvent": Fields(
        personal="kind outcome at by holder",
        other="case",
    ),
    "responses.CaseSearch": Fields(
        personal="",
        other="case round name_key words level authority_code",
    ),
    "responses.CasePause": Fields(
        personal="began_at until ended_at by",
        other="case",
    ),
    "responses.CaseNote": Fields(
        personal="at by text",
        other="case corrects",
    ),
    "responses.BulkAct": Fields(
        personal="at by undone_at undone_by",
        other="round kind left_out",
    ),
    "responses.BulkChange": Fields(
        personal="before after",
        other="act case event undone",
    ),
    "responses.DigestReader": Fields(
        personal="user wanted language",
        other="",
    ),
    "responses.DigestMail": Fields(
        personal="user at answer",
        other="round day",
    ),
    "responses.CaseContact": Fields(
        personal="holder at name workplace email phone innovation withdrawn_at",
        other="round language text_version recipient",
    ),
    "responses.ResultRequest": Fields(
        personal="holder at email",
        other="round language text_version",
    ),
    "responses.DeclineReason": Fields(
        personal="code words at",
        other="case",
    ),
    "responses.Mail": Fields(
        personal="name cause address outcome subject text_body html_body message_id authority_contact result_request",
        other=(
            "round step wave domain authority_code resend language status scheduled_for claimed_at handed_over_at "
            "ended_at attempts bounced_at sha256"
        ),
    ),
    "responses.ContactAttempt": Fields(
        personal="left_out",
        other="case step mail wave holder resend",
    ),
    "responses.Wave": Fields(
        personal="prepared_at prepared_by proven_by approved_by findings left_out",
        other="step number scheduled_for forecast digests proof_sha256 proven_at released_at paused_at stopped_at",
    ),
    "responses.MailDomain": Fields(
        personal="reply",
        other="name paused_until deferrals",
    ),
    "responses.MailReturn": Fields(
        personal="mail at returns_on",
        other="kind source status_code digest",
    ),
    "responses.Call": Fields(
        personal="at by outcome call_back_at note",
        other="case step",
    ),
    "responses.CallClaim": Fields(
        personal="by at",
        other="case",
    ),
    "responses.Coordinator": Fields(
        personal="issued_at code_sent_at",
        other="contact generation expires_at retired_at code_number wrong_codes",
    ),
    "responses.ContactCorrection": Fields(
        personal="name email at decision decided_at decided_by",
        other="coordinator case",
    ),
    "responses.Heartbeat": Fields(
        personal="",
        other="task at",
    ),
    "responses.LeftOff": Fields(
        personal="at required answered opening page",
        other="case",
    ),
    "responses.Retention": Fields(
        personal="",
        other=("round contacts_months key_months answers_months contacts_deleted_at key_deleted_at answers_deleted_at"),
    ),
    "responses.WeightSet": Fields(
        personal="made_by",
        other="round name stage parent method settings diagnostics made_at chosen_at",
    ),
    "responses.Weight": Fields(
        personal="in_scope",
        other="weight_set case value",
    ),
    "responses.Screening": Fields(
        personal="at by",
        other="response passes",
    ),
    "responses.ExportFile": Fields(
        personal="reason asked_by asked_at",
        other=(
            "round content privacy format language attempts claimed_at seen_at rows_done rows failure finished_at "
            "sha256 content_sha256 size notes expires_at deleted_at"
        ),
    ),
    "responses.Response": Fields(
        personal="answers accepted_checks mode proxy resumes_at device started_at submitted_at",
        other="case questionnaire",
    ),
}
