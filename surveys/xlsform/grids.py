"""Tables of an XLSForm: selects in one group that share their list."""

from surveys.xlsform.structure import Entry


def grid_of(group: Entry) -> list[Entry] | None:
    """The rows when the group is a table ("table-list", or "label" above "list-nolabel"); None when it is not."""
    children = group.children
    if "table-list" not in group.appearances:
        if not children or "label" not in children[0].appearances:
            return None
        if not all("list-nolabel" in child.appearances for child in children[1:]):
            return None
        children = children[1:]
    if not children or any(child.kind not in ("single", "multi") or child.or_other for child in children):
        return None
    same = len({(child.kind, child.list_name) for child in children}) == 1
    return children if same else None
