"""What one response says in its own words."""

from surveys.questionnaire.routing import Route


def own_words(taken: Route) -> dict[str, str]:
    """Return the free texts on a route by the name of their column; those of open options included."""
    texts = {}
    for item in taken.items:
        if item.question.type == "open" and (text := taken.answers.get(item.code)):
            texts[item.code] = str(text)
        for option in item.open_codes:
            if text := taken.answers.get(item.text_key(option)):
                texts[f"{item.code}__{option}__text"] = str(text)
    return texts
