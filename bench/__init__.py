"""`make bench`: each benchmark against its peer in one run, medians, as ratios."""
