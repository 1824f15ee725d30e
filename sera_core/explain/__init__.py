"""Why, and whether the why can be trusted: heatmaps, their fidelity, and how they are drawn.

This room knows no model card: it works on tensors and on functions that turn crops into probabilities.
"""
