"""Anbao (安保): a legal assistant on the liability of e-commerce platforms.

Read the files along the line: facts, rules, verdict, law, index, read, agent, guard, reply, graph;
then cli and ui.
"""

import os

# Read when the first library brings OpenMP or OpenBLAS along: threads that wait shall sleep, and small
# products stay on one. By default both spin, and beside other load to embed one question takes a second
# instead of a tenth.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
