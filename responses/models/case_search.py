"""By what a case is found, and where it stands in a list of names."""

from django.db import models

from responses.models.case import Case
from surveys.models import Round


class CaseSearch(models.Model):
    """What ``responses.case_search`` makes of the register's facts about a case, once, when the round opens.

    The frame never changes within a round, so this stays true. ``name_key`` is made of digits, which every database
    sorts alike; ``words`` is folded, of letters without marks, so that a scan of it is short. No addresses of persons.
    ``level`` and ``authority_code`` are the workplace's, three joins away. PostgreSQL may have an index of any three
    letters besides (migration 0028, docs/decisions/0023-search-index.md).
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="search", primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    name_key = models.CharField(max_length=48)
    words = models.CharField(max_length=300)
    level = models.CharField(max_length=12)
    authority_code = models.CharField(max_length=10)

    class Meta:
        ordering = ["name_key", "case"]
        indexes = [
            # Read alone, in the order of the names, where the database can; SQLite reads the table beside it.
            models.Index(fields=["round", "name_key", "case"], include=["words"], name="casesearch_in_order_of_names"),
            models.Index(fields=["round", "level"], name="casesearch_by_level"),
            models.Index(fields=["round", "authority_code"], name="casesearch_by_authority"),
        ]

    def __str__(self) -> str:
        return f"search of case {self.case_id}"
