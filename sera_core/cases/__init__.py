"""The case log: exams that the user saved, to be listed, reopened as they were, completed and deleted."""
