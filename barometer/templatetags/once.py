"""Parts of pages that are the same for everybody are rendered once: they would be a third of the work for a page."""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_KEPT = 200  # of each part

register = template.Library()


class OnceNode(template.Node):
    """What stands in the tag, as rendered for a language and some values before.

    It stays in memory, so no answer and nothing about a person may be in it or among the values.
    """

    child_nodelists = ()  # no block of a page's shell stands in one, so nobody need look for it there

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.values = values
        self.kept: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *[value.resolve(context, ignore_failures=True) for value in self.values])
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            found = self.kept[key] = self.nodelist.render(context)
        return found


@register.tag
def once_per(parser: Parser, token: Token) -> OnceNode:
    """``{% once_per a b.c %}…{% end_once_per %}``: the values and the language are all that the part depends on.

    One that a page does not have is None.
    """
    values = [parser.compile_filter(value) for value in token.split_contents()[1:]]
    nodelist = parser.parse(("end_once_per",))
    parser.delete_first_token()
    return OnceNode(nodelist, values)
