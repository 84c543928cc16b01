"""The whole path of the textbook guide in two short scripts; see docs/learn/guide.md."""

import os

# OpenMP reads this when torch is loaded. By default, threads that wait for another one keep their
# core busy: on two cores that other programs used too, a step took five times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
