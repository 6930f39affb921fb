"""Anbao (安保): a legal assistant on the liability of e-commerce platforms.

Read the files along the line: facts, rules, verdict, law, index, read, agent, guard, reply, graph;
then cli and ui.
"""

import os

# Read when the first library brings OpenMP along: threads that wait shall sleep. By default they spin, and
# beside any other load to embed one question then takes a second instead of a tenth.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__version__ = "0.1.0"
