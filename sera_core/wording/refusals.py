"""Why a row of a table is refused, where several kinds of table have the same reason."""

WRONG_LABEL = "has a label other than 0 or 1"
