"""The codes that sort workplaces into strata and domains, and how a register's values become them.

Pure twin of the choices in ``surveys/models/frame.py``; a test holds the two together.
"""

LEVELS = ("municipality", "region", "state")
INDUSTRY_GROUPS = ("administration", "judiciary", "education", "health", "care", "childcare", "other")
SIZE_CLASSES = ("s1_9", "s10_24", "s25_49", "s50_99", "s100_plus")
REGIONS = ("hovedstaden", "sjaelland", "syddanmark", "midtjylland", "nordjylland")

_SMALLEST_OF_CLASS = ((100, "s100_plus"), (50, "s50_99"), (25, "s25_49"), (10, "s10_24"), (1, "s1_9"))

_DB07_OF_GROUP = {
    "administration": "841100 841200 841300 781000",
    "judiciary": "842100 842300",
    "education": "852010 852020 853110 853120 853200 854100 854200 855200 855900 856000",
    "health": "861000 869010 869020 869030 869090",
    "care": "871010 871020 872010 872020 873010 873020 879010 879020 879090 881010 881020 881030",
    "childcare": "889110 889120 889130 889140 889150 889160",
}
_GROUP_OF_DB07 = {db07: group for group, codes in _DB07_OF_GROUP.items() for db07 in codes.split()}


def industry_group(db07: str) -> str:
    """Return the industry group of a 6-digit DB07 code; a code outside the named groups is ``other``.

    Source: Statistics Denmark's contents page of Innovation i den offentlige sektor, subsectors of the fourth edition.
    """
    return _GROUP_OF_DB07.get(db07, "other")


def size_class(employees: int) -> str:
    """Return the size class of a workplace with this many employees (≥ 1).

    The limits are our own: the published ones were not found.
    Raises: ValueError below 1.
    """
    for smallest, code in _SMALLEST_OF_CLASS:
        if employees >= smallest:
            return code
    raise ValueError(f"a workplace has at least one employee, not {employees}")
