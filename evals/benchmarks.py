"""Public Chinese legal benchmarks from a local copy, as questions of law; none of their data is shipped.

`anbao eval --benchmark stard --cases STARD/data/queries.json`. Each file is read as its authors publish it:
- stard, lecoqa: a JSON list of {"query_id", "问题", "match_name": ["中华人民共和国民法典第……条", …]};
- lawbench: a task's JSON list of {"instruction", "question", "answer"};
- lexeval: a task's JSON Lines of {"instruction", "input", "answer"};
- disc: DISC-Law-Eval's subjective questions, a JSON list of {"id", "input", "output"}.
Where no articles are listed, those cited in the answer count.
A question none of whose articles is held is left out; the report shows each law apart.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant import citations
from assistant.law import Library
from evals.case_files import BadCases
from evals.solvers import Solver
from evals.suite import Case, Json, Suite
from evals.suites import law_qa


def _stard(row: Json) -> tuple[str, str]:
    return str(row["问题"]), "；".join(row["match_name"])


def _pair(question: str, answer: str) -> Callable[[Json], tuple[str, str]]:
    return lambda row: (str(row[question]), str(row[answer]))


# name → (question, text that names the articles) of one row
READERS: Mapping[str, Callable[[Json], tuple[str, str]]] = {
    "stard": _stard,
    "lecoqa": _stard,
    "lawbench": _pair("question", "answer"),
    "lexeval": _pair("input", "answer"),
    "disc": _pair("input", "output"),
}


def suite(name: str, file: Path) -> Suite:
    """A benchmark's file as a suite, scored as questions of law are. Raises BadCases."""
    if name not in READERS:
        raise BadCases(f"there is no benchmark {name!r}; wanted one of {', '.join(READERS)}")
    return replace(law_qa.SUITE, name=name, cases=lambda solver: cases(name, file, solver))


def cases(name: str, file: Path, solver: Solver) -> Sequence[Case]:
    """The questions of the file that cite at least one article held. Raises BadCases."""
    try:
        rows = _rows(file.read_text(encoding="utf-8-sig"))
        told = [READERS[name](row) for row in rows]
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadCases(f"{file.name} is not JSON in UTF-8: {error}") from None
    except (KeyError, TypeError) as error:
        raise BadCases(f"{file.name} is not as {name} is published: {error!r} is missing") from None
    found = []
    for number, (question, named) in enumerate(told):
        refs = _held(named, solver.assistant.library)
        if refs:
            law = refs[0].partition("#")[0]
            found.append(Case(f"{name}-{number}", "zh", law, {"turns": [question]}, {"refs": refs}, name))
    if not found:
        raise BadCases(f"no question of {file.name} cites an article that is held")
    return found


def _rows(text: str) -> list[Json]:
    """A JSON list, or a line each."""
    if text.lstrip().startswith("["):
        rows: list[Json] = json.loads(text)
        return rows
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _held(text: str, library: Library) -> list[str]:
    """The articles a text cites that are held and in force, each once."""
    found = [c.ref for c in citations.check(text, library) if c.is_law and c.status == "in_force"]
    return list(dict.fromkeys(f"{ref.law}#{ref.article}" for ref in found if ref.article))
