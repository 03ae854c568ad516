"""A questionnaire with every type of question, answers to all of them, and a round with both."""

from django.core.cache import cache

from surveys.models import Round
from tests.factories import make_open_round, make_questionnaire

EVERY_TYPE = """
code: every-type
version: 3
country: DK
reference_period: {start: "2018-01-01", end: "2019-12-31"}
languages: [da, en]
title: {da: "Prøve", en: "Trial"}
texts: {}
register:
- name: reg_level
  type: code
  label: {da: "Niveau", en: "Level"}
  codes:
  - {code: municipality, label: {da: "Kommune", en: "Municipality"}}
  - {code: state, label: {da: "Stat", en: "State"}}
scales: {}
derived:
- {name: in_scope, expression: "answered(new)", label: {da: "I målgruppen", en: "In scope"}}
- {name: happy, expression: "any_row(mood, 'good')", label: {da: "Glad", en: "Happy"}}
pages:
- name: first
  label: {da: "Et", en: "One"}
  questions:
  - {code: intro, type: display, label: {da: "Hej", en: "Hello"}}
  - code: new
    type: single
    label: {da: "Nyt?", en: "New?"}
    options:
    - {code: "yes", value: 1, label: {da: "Ja", en: "Yes"}}
    - {code: "no", value: 0, label: {da: "Nej", en: "No"}}
    - {code: other, value: 97, open: true, label: {da: "Andet", en: "Other"}}
- name: second
  label: {da: "To", en: "Two"}
  questions:
  - code: partners
    type: multi
    ask_if: "new == 'yes'"
    required: false
    label: {da: "Hvem?", en: "Who?"}
    options:
    - {code: own, value: 1, label: {da: "Egne", en: "Own"}}
    - {code: state, value: 2, ask_if: "reg_level == 'state'", label: {da: "Staten", en: "The state"}}
    - {code: off, value: 3, enabled: false, label: {da: "Slået fra", en: "Off"}}
    - {code: other, value: 97, open: true, label: {da: "Andre", en: "Others"}}
    - {code: dk, value: 98, exclusive: true, label: {da: "Ved ikke", en: "Don't know"}}
  - code: mood
    type: grid
    ask_if: "new == 'yes'"
    label: {da: "Hvordan?", en: "How?"}
    rows:
    - {code: start, label: {da: "Først", en: "First"}}
    - {code: end, label: {da: "Sidst", en: "Last"}}
    options:
    - {code: good, value: 1, label: {da: "Godt", en: "Good"}}
    - {code: bad, value: 2, label: {da: "Skidt", en: "Bad"}}
    - {code: dk, value: 98, label: {da: "Ved ikke", en: "Don't know"}}
    - {code: not_relevant, value: 99, label: {da: "Ikke relevant", en: "Not relevant"}}
  - {code: hidden, type: open, enabled: false, label: {da: "Skjult", en: "Hidden"}}
  - {code: remark, type: open, required: false, max_length: 500, label: {da: "Bemærkning", en: "Remark"}}
- name: third
  label: {da: "Tre", en: "Three"}
  questions:
  - code: part
    type: grid_multi
    rows_marked_in: partners
    ask_if: "any_of(partners, 'own', 'state', 'other')"
    label: {da: "Med til hvad?", en: "Took part in what?"}
    options:
    - {code: idea, value: 1, label: {da: "Idé", en: "Idea"}}
    - {code: test, value: 2, label: {da: "Afprøvning", en: "Test"}}
"""
FULL = {
    "new": "yes",
    "partners": ["own", "other"],
    "partners.other": "The neighbours",
    "mood": {"start": "good", "end": "bad"},
    "remark": "Blåbærgrød; æ, ø\nog å",
    "part": {"own": ["idea"], "other": ["idea", "test"]},
}
ANSWER_COLUMNS = [
    "new",
    "new__other__text",
    "partners__own",
    "partners__state",
    "partners__other",
    "partners__other__text",
    "partners__dk",
    "mood__start",
    "mood__end",
    "remark",
    *(f"part__{row}__{option}" for row in ("own", "state", "other") for option in ("idea", "test")),
]


def every_type() -> Round:
    """A round in the field without any case."""
    cache.clear()
    return make_open_round(questionnaire=make_questionnaire(EVERY_TYPE))
