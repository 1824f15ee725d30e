"""Thyroid-nodule ultrasound: diagnosed, explained, compared and taught."""

import os

__version__ = "0.1.0"

# Threads of torch that have nothing to do must sleep. By default they turn on the spot, and on a machine that others
# use too a heatmap then took twenty times the processor time. Read once, when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
