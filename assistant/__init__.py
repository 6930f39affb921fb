"""Anbao (安保): a legal assistant on the liability of e-commerce platforms.

Read the files along the line: facts, rules, verdict, law, index, read, agent, guard, reply, graph;
then cli and ui.
"""

__version__ = "0.1.0"
