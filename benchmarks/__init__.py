"""Speed as ratios of paired runs, on the machine at hand.

Comes in: sizes from the command line. Goes out: a report on standard output. Called by `make bench`.
"""
