"""What the problems of weights say to a person."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WEIGHTING: dict[str, str | Promise] = {
    "weights_round_not_closed": _("Weights are made once the round is closed: until then each answer changes them."),
    "weights_name_taken": _(
        "There are weights named “%(name)s” in this round. Stored weights stay: take another name."
    ),
    "weights_of_the_draw": _(
        "“%(name)s” stands only for the share of the sample that answered. Adjust it for non-response or calibrate it."
    ),
    "weights_ready_made": _(
        "“%(name)s” came with the file, adjusted as it is: it is not adjusted for non-response again."
    ),
    "weights_no_variables": _("Choose at least one register variable."),
    "weights_employees_in_cells": _(
        "Post-stratification takes cells only. To meet the number of employees, too, choose another method."
    ),
    "weights_cases_changed": _(
        "Other cases are submitted or not eligible by now than when “%(name)s” was made. Make new design weights."
    ),
    "weights_frame_incomplete": _(
        "The frame of this round does not hold every workplace of its strata, so its totals are not known. "
        "Imported rounds hold only the rows of their file: use their design or non-response weights."
    ),
    "weights_cell_not_drawn": _(
        "No workplace was drawn from %(count)s cells of the frame, the first being %(cell)s. Take fewer variables."
    ),
    "calibration_weights": _("%(count)s weights are not above 0."),
    "calibration_empty_cell": _(
        "%(count)s cells have no row, the first being number %(cell)s. Join them with others or take fewer variables."
    ),
    "calibration_cell_without_total": _("No total is known for cell %(cell)s."),
    "calibration_total_not_positive": _("%(count)s totals are not above 0."),
    "calibration_margins_differ": _(
        "The margins contradict each other: one adds up to %(smallest)s workplaces, another to %(largest)s."
    ),
    "calibration_totals_contradict": _(
        "The totals contradict each other: a variable that follows from others has another total than they have."
    ),
    "calibration_not_met": _(
        "No weights meet all these totals within what is allowed. Widen the bounds, or take fewer variables."
    ),
    "calibration_negative": _(
        "%(count)s weights would be 0 or negative. Take raking, or a method with bounds, or fewer variables."
    ),
    "calibration_bounds": _("The smallest factor is at least 0 and below 1, the largest above 1."),
    "nonresponse_small_class": _(
        "%(count)s response classes have fewer than two known units, the first being number %(response_class)s with "
        "%(units)s. Join it with another."
    ),
}
