"""Published decisions: a plaintiff's story → the platform's liability, as the court held it.

{"given": {"turns": ["2019年6月我在一个视频平台买了会员……"]}, "gold": {"liability": "direct", "note": "…"}}
A disagreement between court and tool is a failure of the report, with the holding and the tool's trace.
"""

from evals import own, stories
from evals.suite import Suite

_FILE = stories.FOLDER / "decisions.yaml"

SUITE = Suite("decisions", "a published decision's story → the form the court held",
              lambda solver: own.cases(_FILE, solver), own.answer, own.score, inside=False)  # fmt: skip
