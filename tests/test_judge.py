"""The judge of sentences: what is at odds with the verdict is left out, the rest is kept as it was."""

import numpy as np
import pytest
import torch

from assistant.forms import sentences
from assistant.guard import Evidence
from assistant.judge import AT_ODDS, Judge, runs
from assistant.settings import bundled
from evals.train_judge import FORMS, Passage, fit, passages, report, write
from tests.test_drafts import DRAFTS, PAIRS, evidence

JUDGE = Judge(bundled("corpus") / "judge.npz")


def held(form):
    return Evidence(frozenset(), frozenset({form}), frozenset(), headline=form)


@pytest.mark.parametrize(
    "text", ["", "一句", "甲。乙！\n\n丙；丁", "One. Two!\n- three\n\nArt. 38 of it; four.", "\n\n甲。\n"]
)
def test_sentences_joined_are_the_text(text):
    assert "".join(sentences(text)) == text


@pytest.mark.parametrize("text", ["", "a", "平台要和商家一起扛。", "x" * 5000, "😀 \u200b"])
def test_runs_are_the_same_each_time_and_each_counts_once(text):
    buckets, weights = runs(text)
    assert (buckets == runs(text)[0]).all()
    assert len(buckets) == len(weights)
    assert weights @ weights == pytest.approx(2, abs=1e-3)  # characters and letters, each of length one


@pytest.mark.parametrize(
    ("form", "true", "lie"),
    [
        ("joint", "平台知道店家卖假货还不下架，所以要和店家一起对您负责。", "您得先把店家告到底，店家实在赔不出的窟窿才轮到平台来填。"),
        ("supplementary", "店家赔不出来的那一部分，由平台在过错范围内补上。", "您不必先找店家，直接让平台把全部损失赔给您就行。"),
        ("none", "平台接到投诉当天就下架了商品，它没有做错什么，不用赔。", "店家和平台您随便挑一家，让它把钱全掏出来。"),
        ("direct", "It sold the goods under its own name, so the platform answers to you itself.", "The platform only hosted the listing, so the shop alone owes you the money."),
    ],
)  # fmt: skip
def test_only_what_is_at_odds_with_the_verdict_is_left_out(form, true, lie):
    lang = "en" if true.isascii() else "zh"
    assert JUDGE.fitting(f"{true}\n{lie}\n\n{true}", held(form), lang) == (f"{true}\n\n{true}", 1)


def test_a_draft_of_which_less_than_a_fifth_is_left_is_no_draft():
    lie = "这件事平台一分钱都不用出，账自然算到店家头上。"
    kept, left_out = JUDGE.fitting(f"您好。{lie}", held("joint"), "zh")
    assert (kept, left_out) == ("", 1)


def test_a_form_the_judge_does_not_know_stops_nothing():
    assert JUDGE.at_odds("平台不承担任何责任。", ["corresponding"]) == 0
    assert JUDGE.at_odds("这件事跟平台没关系，您只能找店家要钱。", ["joint"]) > AT_ODDS


@pytest.mark.parametrize(("form", "lang"), PAIRS)
def test_most_of_the_drafts_by_hand_is_kept(form, lang):
    kept = [JUDGE.fitting(draft, evidence(form, lang), lang)[0] for draft in DRAFTS[form][lang]]
    assert sum(map(len, kept)) > 0.6 * sum(map(len, DRAFTS[form][lang]))  # they are of one or two sentences


def test_the_weights_shipped_are_those_of_the_passages():
    told = passages()[::20]
    scores = np.stack([JUDGE.bias + p.weights.numpy() @ JUDGE.weights[p.buckets.numpy()] for p in told])
    assert JUDGE.forms == FORMS
    assert ((scores > 0) == (np.array([p.odds for p in told]) == 1)).mean() > 0.97


def test_what_is_reported_is_counted(tmp_path):
    told = passages()[:200]
    net = fit(told)
    lines = report(net, told).splitlines()
    assert lines[0] == "200 passages"
    assert all(float(line.split()[2]) <= 2 for line in lines[1:4])  # of contradictions in what it learnt
    write(net, tmp_path / "judge.npz")
    text = "平台要和商家一起扛，您找谁都行。"
    buckets, weights = map(torch.from_numpy, runs(text))
    wanted = net([Passage("", buckets, weights, ())]).sigmoid()[0, FORMS.index("none")].item()
    assert Judge(tmp_path / "judge.npz").at_odds(text, ["none"]) == pytest.approx(wanted, abs=0.02)  # 8 bits
