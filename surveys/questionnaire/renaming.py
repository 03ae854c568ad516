"""An expression after a question or a derived variable has got another name."""

import io
import tokenize

from surveys.questionnaire.expression import ExpressionError, parse


def renamed(expression: str, old: str, new: str) -> str:
    """Return the expression with one name exchanged: not in quotes, not as the row of a grid, not as a function.

    What is no expression comes back as it is.
    """
    try:
        parse(expression)
    except ExpressionError:
        return expression
    tokens = list(tokenize.generate_tokens(io.StringIO(expression).readline))
    lines = expression.splitlines(keepends=True)
    for number in range(len(tokens) - 1, -1, -1):  # from the end, so that earlier places stay what they are
        token = tokens[number]
        if token.type != tokenize.NAME or token.string != old:
            continue
        before = tokens[number - 1].string if number else ""
        behind = tokens[number + 1].string if number + 1 < len(tokens) else ""
        if before != "." and behind != "(":
            (row, begins), (_, ends) = token.start, token.end
            lines[row - 1] = lines[row - 1][:begins] + new + lines[row - 1][ends:]
    return "".join(lines)
