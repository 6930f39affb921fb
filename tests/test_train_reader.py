"""The encoder's training: from stories to a pack, from a pack to weights that the assistant can load."""

import json

import numpy as np
import pytest
import torch

from assistant.encoder import Encoder, trained_tensors
from assistant.settings import bundled
from evals import prepare_reader, stories, train_reader

SHIPPED = bundled("corpus") / "reader"
TEXT = "我在平台买的电热毯着火了，投诉三次，店还开着"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """Four stories of each of two authors, as numbers."""
    file = tmp_path_factory.mktemp("pack") / "pack.npz"
    with pytest.MonkeyPatch.context() as patched:
        few = {author: stories.load(author)[:4] for author in ("w", "x")}
        patched.setattr(prepare_reader.stories, "load", few.__getitem__)
        prepare_reader.prepare(file, ("w", "x"))
    return file


def test_a_pack_has_every_telling_and_marks_where_the_words_stand(pack):
    kept = np.load(pack)
    assert list(kept["ids"]) == [s.id for a in ("w", "x") for s in stories.load(a)[:4]]
    assert len(kept["lengths"]) == 8 * (1 + prepare_reader.VARIANTS) == len(kept["original"])
    assert int(kept["original"].sum()) == 8
    rows, slots, first, end = kept["evidence"].T
    assert (first < end).all()
    assert (end <= kept["lengths"][rows]).all()
    assert (kept["target"][rows, slots] > 0).all()


def test_tuned_weights_learn_the_new_author_and_load_as_shipped_ones_do(pack, tmp_path, monkeypatch, capsys):
    before = Encoder(SHIPPED).read(TEXT, {})
    command = ["train_reader", "tune", str(pack), str(SHIPPED / "weights.npz"), str(tmp_path), "new=w",
               "held_out=x", "frozen=11", "epochs=1", "replayed=0"]  # fmt: skip
    monkeypatch.setattr("sys.argv", command)
    train_reader.main()
    assert "never saw x: 4 stories" in capsys.readouterr().out
    assert np.load(tmp_path / "held.npz")["ids"].tolist() == [s.id for s in stories.load("x")[:4]]
    shipped = tmp_path / "corpus"
    (shipped / "reader").mkdir(parents=True)
    (shipped / "reader" / "calls.npz").write_bytes((SHIPPED / "calls.npz").read_bytes())
    monkeypatch.setattr("assistant.settings.bundled", lambda _: shipped)
    train_reader.ship(tmp_path)
    tuned = Encoder(shipped / "reader")
    assert set(json.loads(str(np.load(pack)["slots"]))) == set(tuned.slots)
    after = tuned.read(TEXT, {})
    assert after["knew"].values != before["knew"].values
    assert after["took_measures"].values["no"] > 0.5  # it still reads what it read


def test_a_fit_is_the_mean_of_its_students_taught_by_readers_that_never_saw_the_author(
    pack, tmp_path, monkeypatch
):
    states = []
    loaded = train_reader.loaded
    monkeypatch.setattr(train_reader, "loaded", lambda model, of: (states.extend(of), loaded(model, of)))
    monkeypatch.setattr("sys.argv", ["train_reader", "fit", str(pack), str(tmp_path), "teachers=2", "students=2",
                                     "teacher_epochs=1", "epochs=1", "frozen=11", "agree=0.5", "retold=false"])  # fmt: skip
    train_reader.main()
    opinions = np.load(tmp_path / "opinions.npz")
    assert sorted(opinions["ids"]) == sorted(np.load(pack)["ids"])
    assert np.allclose(opinions["held"].astype(float).sum(-1), 1, atol=0.01)
    first, second = states
    assert not np.allclose(first["slot"], second["slot"])
    assert np.allclose(
        train_reader.written(tmp_path)["slot"], (first["slot"] + second["slot"]) / 2, atol=1e-3
    )


def test_the_mean_of_fits_counts_one_named_twice_twice(tmp_path):
    for name, value in (("one", 0.25), ("other", 1.0)):
        (tmp_path / name).mkdir()
        state = {"slot": torch.full((2, 3), value), "layers.0.out.weight": torch.full((4, 4), value)}
        train_reader.save(state, {"knew": ["yes", "no"]}, tmp_path / name)
    train_reader.mean(tmp_path / "mean", [tmp_path / "one", tmp_path / "one", tmp_path / "other"])
    kept = train_reader.written(tmp_path / "mean")
    assert np.allclose(kept["slot"], 0.5)
    assert np.allclose(trained_tensors(kept)["layers.0.out.weight"].numpy(), 0.5, atol=0.01)
    assert json.loads(str(kept["slots"])) == {"knew": ["yes", "no"]}


def test_a_fact_the_weights_have_no_slot_for_starts_untaught(pack):
    data = train_reader.Data(np.load(pack), "cpu")
    base, plan = train_reader.Slim(np.load(pack)), train_reader.Plan()
    kept = dict(np.load(SHIPPED / "weights.npz"))
    names = list(data.names)
    without = json.loads(str(kept["slots"]))
    gone = list(without).index("knew")
    del without["knew"]
    kept |= {name: np.delete(kept[name], gone, 0) for name in
             ("look.weight", "look.bias", "slot", "weigh", "bias", "cue", "heard")}  # fmt: skip
    kept["slots"] = np.array(json.dumps(without))
    fresh = train_reader.fresh(data, base, plan)
    own = fresh.slot[names.index("knew")].tolist()
    model = train_reader.learned(fresh, names, kept)
    assert model.slot[names.index("knew")].tolist() == own
    other = list(without).index("took_measures")
    assert np.allclose(model.slot[names.index("took_measures")].detach().numpy(), kept["slot"][other])


def test_tuned_weights_go_part_of_the_way_back_but_not_for_new_facts(pack):
    data = train_reader.Data(np.load(pack), "cpu")
    model = train_reader.fresh(data, train_reader.Slim(np.load(pack)), train_reader.Plan())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for value in model.state_dict().values():
        value += 1.0
    train_reader.back_towards(before, model, 0.25, list(range(1, len(data.names))))
    after = model.state_dict()
    assert np.allclose(after["join.weight"] - before["join.weight"], 0.75, atol=1e-5)
    assert np.allclose(after["slot"][1:] - before["slot"][1:], 0.75, atol=1e-5)
    assert np.allclose(after["slot"][0] - before["slot"][0], 1.0, atol=1e-5)


def test_a_command_it_does_not_know_is_named(monkeypatch):
    monkeypatch.setattr("sys.argv", ["train_reader", "fly"])
    with pytest.raises(SystemExit, match="wanted fit, mean, tune or ship, got 'fly'"):
        train_reader.main()
