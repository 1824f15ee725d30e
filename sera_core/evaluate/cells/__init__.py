"""From one predictions table to the results of each cell of the comparison; the formulas stand one room up."""
