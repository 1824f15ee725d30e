"""A diagnosis to take away: text to copy, JSON, and one page of PDF. None of them carries an identity."""
