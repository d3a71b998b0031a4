"""`make bench`: the budgets of the course, measured side by side in one run."""
