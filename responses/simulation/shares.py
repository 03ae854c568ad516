"""The shares that the truth is dealt out in: the published ones, and guesses where none is printed.

Of the questions with several codes the last code goes to all who are left. docs/methods/simulation.md tells which
share is published where.
"""

from collections.abc import Mapping


def scale(high: float, some: float, hindered: float, dk: float, not_relevant: float) -> Mapping[str, float]:
    """Shares on the scale from promoted to hindered; what is left is neither."""
    return {
        "promoted_high": high,
        "promoted_some": some,
        "hindered_some": hindered * 0.8,
        "hindered_high": hindered * 0.2,
        "dk": dk,
        "not_relevant": not_relevant,
        "neither": 0.0,
    }


# ---- Everybody

UNIT = {"moved": 0.05, "merged": 0.022, "closed": 0.018, "yes": 0.91}
ROLE = {"other_manager": 0.12, "employee": 0.06, "administration": 0.04, "top_manager": 0.78}
ROLE_OUT_OF_SCOPE = {"top_manager": 0.3, "administration": 0.7}
CLOSED_WHEN = {"dk": 0.1, "by_2019": 0.9}

INNOVATIVE = {"municipality": 0.80, "region": 0.85, "state": 0.84}
INNOVATIVE_BY_SIZE = {"s1_9": -0.06, "s10_24": -0.02, "s25_49": 0.01, "s50_99": 0.03, "s100_plus": 0.05}

ONGOING = {"yes": 0.25, "dk": 0.23, "no": 0.52}
CULTURE = {
    "risk": {"agree_full": 0.36, "agree_part": 0.45, "disagree_part": 0.11, "disagree_full": 0.03, "dk": 0.05},
    "tech_curious": {"agree_full": 0.41, "agree_part": 0.40, "disagree_part": 0.10, "disagree_full": 0.03, "dk": 0.06},
    "collab": {"agree_full": 0.47, "agree_part": 0.41, "disagree_part": 0.08, "disagree_full": 0.02, "dk": 0.02},
    "openness": {"agree_full": 0.50, "agree_part": 0.40, "disagree_part": 0.05, "disagree_full": 0.01, "dk": 0.04},
    "recognise_ideas": {
        "agree_full": 0.45,
        "agree_part": 0.41,
        "disagree_part": 0.07,
        "disagree_full": 0.02,
        "dk": 0.05,
    },
}
COMMENTS = ("Øvelse: ingen bemærkninger.", "Øvelse: godt med et kort skema.", "Øvelse: nogle spørgsmål var svære.")

# ---- The latest innovation

TYPES = ("product", "service", "process", "comm")
TYPE_PATTERNS = {  # half have several types, four of five a process
    "service": 0.06,
    "product": 0.04,
    "comm": 0.02,
    "process service": 0.16,
    "process comm": 0.08,
    "process product": 0.08,
    "service comm": 0.04,
    "product service": 0.04,
    "process service comm": 0.06,
    "product service process comm": 0.04,
    "process": 0.38,
}
DESCRIPTIONS = (
    "Øvelse: en ny måde at planlægge arbejdet på.",
    "Øvelse: et digitalt værktøj til dokumentation.",
    "Øvelse: et nyt tilbud til borgerne.",
    "Øvelse: en ny måde at inddrage pårørende på.",
)
OWN_WORDS = "Øvelse: noget andet"

# Who politically started it, by level: the last goes to the rest. 27 % in all, most of the difference in legislation.
INITIATED = {
    "municipality": {"legislation": 0.154, "leadership": 0.093, "both": 0.0185, "other": 0.7345},
    "region": {"legislation": 0.05, "leadership": 0.07, "both": 0.01, "other": 0.87},
    "state": {"legislation": 0.238, "leadership": 0.087, "both": 0.022, "other": 0.653},
}
POLITICALLY_POSITIVE = 0.59  # in every level
PROMOTED_BY = {"leadership": 0.41, "legislation": 0.35}
# How a workplace that politics did not start, but helped, was helped: it stands here that all of them were.
HELPED = {"both": 0.32, "leadership": 0.40, "legislation": 0.28}
HELPED_BY_ITS_INITIATOR = {"leadership": 0.85, "legislation": 0.70}
# Of those not promoted, as shares of all innovators.
NOT_PROMOTED_BY = {
    "pol_leadership": {
        "hindered_some": 0.045,
        "hindered_high": 0.015,
        "dk": 0.05,
        "not_relevant": 0.18,
        "neither": 0.3,
    },
    "legislation": {"hindered_some": 0.085, "hindered_high": 0.035, "dk": 0.05, "not_relevant": 0.18, "neither": 0.3},
}
PROMOTED = {"promoted_high": 0.35, "promoted_some": 0.65}

EMPLOYEES_PROMOTED = 0.83
NOT_PROMOTED = scale(0, 0, 0.03, 0.05, 0.42)
FACTORS = {
    "cross_collab": scale(0.30, 0.42, 0.06, 0.02, 0.06),
    "limited_econ": scale(0.04, 0.15, 0.32, 0.03, 0.09),
    "volunteers": scale(0.03, 0.08, 0.02, 0.04, 0.55),
    "technology": scale(0.12, 0.25, 0.09, 0.03, 0.18),
    "error_handling": scale(0.12, 0.33, 0.05, 0.05, 0.09),
}
SAFE_OPERATIONS = scale(0.06, 0.18, 0.20, 0.04, 0.12), scale(0.06, 0.18, 0.13, 0.04, 0.14)  # collaborated, not
ONGOING_FACTORS = FACTORS | {
    "employees": scale(0.25, 0.45, 0.08, 0.03, 0.04),
    "pol_leadership": scale(0.08, 0.20, 0.12, 0.05, 0.22),
    "legislation": scale(0.07, 0.18, 0.18, 0.05, 0.22),
    "safe_operations": SAFE_OPERATIONS[0],
    "citizens": scale(0.10, 0.28, 0.05, 0.04, 0.20),
    "companies": scale(0.03, 0.09, 0.03, 0.05, 0.55),
    "foundations": scale(0.02, 0.04, 0.01, 0.04, 0.70),
}

NOVELTY = {  # politically initiated, others
    True: {"copy": 0.17, "dk": 0.12, "first": 0.12, "adapted": 0.59},
    False: {"copy": 0.12, "dk": 0.09, "first": 0.20, "adapted": 0.59},
}
CORE_LINKED, CORE_DK, CORE_FUTURE, CORE_LESS_IN_COPIES = 0.91, 0.01, 0.13, 0.08
PRACTICE_BREAK = {"break": 0.30, "dk": 0.10, "further_dev": 0.60}
CHANNELS = {
    "prof_network": 0.35,
    "new_colleague": 0.18,
    "own_org": 0.22,
    "admin_leadership": 0.12,
    "national_auth": 0.07,
    "conference": 0.16,
    "knowledge": 0.09,
    "interest_org": 0.06,
    "companies": 0.07,
    "citizens": 0.03,
    "media": 0.09,
}
CHANNEL_OTHER, CHANNEL_DK = 0.14, 0.01
CHANNEL_LEADERSHIP = {True: 0.25, False: 0.06}

REASONS = {
    "manager": 0.45,
    "admin_leadership": 0.2,
    "econ_pressure": 0.14,
    "org_change": 0.15,
    "incident": 0.12,
    "technology": 0.1,
    "other_public": 0.05,
    "knowledge": 0.04,
    "volunteers": 0.02,
    "abroad": 0.01,
    "other": 0.04,
}
MOST_REASONS = 3

COLLABORATION = {  # politically initiated, others
    True: {"together": 0.75, "dk": 0.03, "none": 0.22},
    False: {"together": 0.67, "dk": 0.03, "none": 0.30},
}
PARTNERS = {  # of the politically initiated, of the others
    "own_org": (0.55, 0.43),
    "same_level": (0.28, 0.18),
    "x_municipality": (0.10, 0.10),
    "x_region": (0.09, 0.09),
    "x_state": (0.08, 0.08),
    "knowledge": (0.19, 0.12),
    "volunteers": (0.07, 0.07),
    "abroad": (0.03, 0.03),
    "other": (0.03, 0.03),
}
OWN_LEVEL = {"municipality": "x_municipality", "region": "x_region", "state": "x_state"}
PHASES = {"need_idea": 0.3, "develop_adapt": 0.5, "test": 0.35, "implement": 0.35, "evaluate": 0.2}
PHASE_FLAGS = {"other": 0.08, "dk": 0.07, "": 0.85}

FUNDING = {"no_funding": 0.12, "dk": 0.02, "money": 0.86}
SOURCES = {"own_budget": 0.55, "central_own_org": 0.24, "public_pool": 0.11, "abroad": 0.02, "other": 0.02}

# Actors with a positive role, and how probably it shows in each question; it always shows in one at least.
CITIZENS, FOUNDATIONS, COMPANIES = 0.57, 0.10, 0.25
CITIZENS_SHOW = {"initiators": 0.15, "collab": 0.45, "factors": 0.75}
CITIZENS_SHOW_IN_LEGISLATION = CITIZENS_SHOW | {"collab": 0.30}
FOUNDATIONS_SHOW = {"initiators": 0.08, "collab": 0.35, "finance": 0.5, "factors": 0.5}
COMPANIES_SHOW = {"initiators": 0.08, "collab": 0.55, "finance": 0.06, "factors": 0.5}

TECH_DEGREE = {"is_tech": 0.11, "important": 0.26, "none": 0.27, "dk": 0.03, "minor": 0.33}
TECH_NEWNESS = {"dk": 0.04, "both": 0.20, "changed_use": 0.31, "new": 0.45}

# Of the politically initiated, of the others, and how much higher when it is about the core task.
VALUES = {
    "quality": (0.68, 0.68, 0.25),
    "efficiency": (0.40, 0.48, 0.0),
    "employee_satisfaction": (0.37, 0.51, 0.15),
    "political_goals": (0.57, 0.25, 0.12),
    "other": (0.05, 0.05, 0.0),
}
CITIZEN_INVOLVEMENT = {"leadership": 0.37, "both": 0.37, "legislation": 0.28, "other": 0.29}
CITIZEN_INVOLVEMENT_MORE_IN_CORE = 0.12

EVALUATED = {"external": 0.07, "internal": 0.33, "in_progress": 0.15, "planned": 0.22, "dk": 0.03, "not_planned": 0.20}
PURPOSES = {"learning": 0.5, "goals_met": 0.35, "decision": 0.2, "accountability": 0.2, "spreading": 0.12}
ELEMENTS = {
    "own_assessment": 0.55,
    "staff_survey": 0.25,
    "citizen_survey": 0.25,
    "company_survey": 0.03,
    "public_wp_survey": 0.04,
    "econ_analysis": 0.12,
    "register_data": 0.18,
    "control_group": 0.08,
}
SHARED = {"yes": 0.50, "dk": 0.06, "no": 0.44}
EXCLUSIVE = ("none", "dk", "no_funding")
