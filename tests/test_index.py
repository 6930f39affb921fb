"""The index: refuses what it was not built for, answers alike, and says what to run when damaged."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant import embed, explain, index
from assistant.index import COLLECTION, Index, IndexProblem, Shipped, build, connect, documents, grams, notes
from assistant.settings import BUNDLED_EMBEDDING, SettingsError
from tests import chroma
from tests.fakes import BigramEmbedding, Shelf
from tests.postgres import free_port


@pytest.fixture(scope="module")
def shelf(corpus):
    return Shelf(corpus)


@pytest.fixture(scope="module")
def bigrams(shelf, tmp_path_factory):
    """An index of a few laws without weights: (client, embedding, index)."""
    embedding = BigramEmbedding()
    client = connect(tmp_path_factory.mktemp("bigrams"))
    counted = []
    count = build(client, shelf, embedding, counted.append)
    assert count == len(documents(shelf))
    assert sum(counted) == count
    return client, embedding, Index(client, shelf, embedding)


# ---- building and refusing
def test_without_an_index_it_says_what_to_run(shelf, tmp_path):
    with pytest.raises(IndexProblem, match="there is no index yet; run `anbao index`"):
        Index(connect(tmp_path), shelf, BigramEmbedding())


def test_the_index_of_another_model_is_refused_by_both_names(bigrams, shelf):
    with pytest.raises(IndexProblem, match="'bigrams', not with 'another'; run `anbao index`"):
        Index(bigrams[0], shelf, BigramEmbedding("another"))


def test_the_index_of_another_corpus_is_refused(shelf, tmp_path):
    client, embedding = connect(tmp_path), BigramEmbedding()
    client.create_collection(COLLECTION, metadata={"model": embedding.name, "corpus": "0123456789ab"})
    with pytest.raises(IndexProblem, match=f"corpus 0123456789ab.*now {shelf.version}; run `anbao index`"):
        Index(client, shelf, embedding)


def test_a_collection_nobody_labelled_is_refused(shelf, tmp_path):
    client = connect(tmp_path)
    client.create_collection(COLLECTION)
    with pytest.raises(IndexProblem, match="run `anbao index`"):
        Index(client, shelf, BigramEmbedding())


def test_an_index_is_current_for_its_own_model_and_corpus_only(bigrams, shelf, tmp_path):
    client, embedding, _ = bigrams
    assert index.exists(client)
    assert index.current(client, shelf, embedding)
    assert not index.current(client, shelf, BigramEmbedding("another"))
    assert not index.current(connect(tmp_path), shelf, embedding)


def test_a_build_that_breaks_leaves_the_old_index(shelf, tmp_path):
    class Breaks(BigramEmbedding):
        def passages(self, texts, progress=None):  # noqa: ARG002
            raise MemoryError

    client, embedding = connect(tmp_path), BigramEmbedding()
    client.create_collection(COLLECTION, metadata={"model": embedding.name, "corpus": shelf.version})
    with pytest.raises(MemoryError):
        build(client, shelf, Breaks())
    assert index.current(client, shelf, embedding)


def test_building_again_replaces_and_leaves_one_collection(shelf, tmp_path):
    client, embedding = connect(tmp_path), BigramEmbedding()
    client.create_collection(COLLECTION, metadata={"model": "old", "corpus": "old"})
    client.create_collection(f"{COLLECTION}-new", metadata={"model": "half", "corpus": "built"})
    build(client, shelf, embedding)
    assert [c.name for c in client.list_collections()] == [COLLECTION]
    assert index.current(client, shelf, embedding)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host", "http://", "http://host:port", "http://h/x/y"]
)
def test_a_url_that_is_none_is_refused_with_an_example(url, tmp_path):
    with pytest.raises(IndexProblem, match="ANBAO_CHROMA wants a URL like http://host:8000"):
        connect(tmp_path, url)


def test_a_server_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(
        IndexProblem, match="http://127.0.0.1:9 cannot be opened .* is the Chroma server running"
    ):
        connect(tmp_path, "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The URL of a real Chroma server, started for these tests."""
    with chroma.running(tmp_path_factory.mktemp("server"), free_port()) as url:
        yield url


def test_a_server_killed_between_two_questions_leaves_words_and_the_answer_says_so(shelf, tmp_path, caplog):
    question = "平台不能提供销售者的真实名称、地址，要赔偿吗"
    with chroma.running(tmp_path / "server", free_port()) as url:
        client, embedding = connect(tmp_path, url), BigramEmbedding()
        build(client, shelf, embedding)
        opened = Index(client, shelf, embedding)
        before = opened.search(question, 5)
    after = opened.search(question, 5)  # the server is gone
    assert not any(hit.by_words for hit in before)
    assert after
    assert all(hit.by_words and hit.to_json()["by_words"] for hit in after)
    assert "消费者权益保护法#44" in [hit.ref for hit in after]
    assert "searching by words alone" in caplog.text
    assert "销售者" not in caplog.text
    shelves = explain.Shelf(shelf, {note.id: note for note in notes(shelf.corpus)}, [])
    for lang, said in (("zh", "索引服务器没有应答"), ("en", "server did not answer")):
        found = explain.find(question, after, shelves, lang, "consumer")
        assert said in explain.render(found)
        assert said not in explain.render(explain.find(question, before, shelves, lang, "consumer"))


def test_a_server_by_url_holds_the_same_index_as_the_folder(server, shelf, bigrams, tmp_path):
    client, embedding = connect(tmp_path, server), BigramEmbedding()
    with pytest.raises(IndexProblem, match="there is no index yet"):
        Index(client, shelf, embedding)
    build(client, shelf, embedding)
    again = connect(tmp_path, server)
    assert index.current(again, shelf, embedding)
    for query in ("平台明知商家卖假货不处理", "先行赔偿", "food platform licence"):
        assert [h.ref for h in Index(again, shelf, embedding).search(query, 5)] == [
            h.ref for h in bigrams[2].search(query, 5)
        ]
    assert list(tmp_path.iterdir()) == []  # nothing is kept here


class Counts(BigramEmbedding):
    """Counts what it embeds; stops, as a machine would, after so many."""

    def __init__(self, stop: int = 10**9) -> None:
        super().__init__()
        self.embedded, self.stop = 0, stop

    def passages(self, texts, progress=None):
        self.embedded += len(texts)
        if self.embedded > self.stop:
            raise KeyboardInterrupt
        return super().passages(texts, progress)


def test_a_build_cut_short_goes_on_where_it_was(shelf, tmp_path):
    client, total = connect(tmp_path), len(documents(shelf))
    with pytest.raises(KeyboardInterrupt):
        build(client, shelf, Counts(stop=total - 1))
    assert not index.exists(client)
    embedding = Counts()
    build(client, shelf, embedding)
    assert 0 < embedding.embedded <= index.BATCH
    assert index.current(client, shelf, embedding)


def test_the_whole_library_is_indexed_when_asked_for_and_stays_so(corpus, tmp_path):
    class More(Shelf):
        books = ("电子商务法", "公司法")  # the second is of the package, beyond this field

    library, client, embedding = More(corpus), connect(tmp_path), BigramEmbedding()
    few = build(client, library, embedding)
    assert not index.is_whole(client)
    assert (
        not Index(client, library, embedding)
        .search("公司股东滥用权利", 5, ["statute"])[0]
        .ref.startswith("公司法")
    )
    counts = Counts()
    assert build(client, library, counts, whole=True) > few + 200
    assert counts.embedded < few + 300
    assert index.is_whole(client)
    assert (
        Index(client, library, embedding)
        .search("公司股东滥用权利", 5, ["statute"])[0]
        .ref.startswith("公司法")
    )


# A damaged store is read in a process of its own: the engine may panic and keeps what it opened.
OPEN = """
import sys
from pathlib import Path
from assistant.index import Index, IndexProblem, connect
from assistant.settings import bundled
from tests import chroma
from tests.fakes import BigramEmbedding, Shelf
from tests.postgres import free_port
try:
    found = Index(connect(Path(sys.argv[1])), Shelf(bundled("corpus")), BigramEmbedding())
    found.search("假货")
except IndexProblem as problem:
    print("IndexProblem:", problem)
else:
    print("no problem")
"""


def opened_elsewhere(data) -> str:
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", OPEN, str(data)], capture_output=True, text=True,
                          check=False, cwd=root)  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("damage", ["garbage", "half", "a file in its place"])
def test_a_damaged_store_says_what_to_run(damage, tmp_path):
    store = tmp_path / "chroma"
    if damage == "a file in its place":
        store.write_text("not a folder")
    else:
        connect(tmp_path).create_collection("one")
        file = store / "chroma.sqlite3"
        whole = file.read_bytes()
        shutil.rmtree(store)
        store.mkdir()
        file.write_bytes(b"garbage" * 1000 if damage == "garbage" else whole[: len(whole) // 2])
    said = opened_elsewhere(tmp_path)
    assert "IndexProblem: the index" in said
    assert "run `anbao index --rebuild`" in said


# ---- searching
@pytest.mark.parametrize("query", ["", " ", "\n\t"])
def test_an_empty_question_finds_nothing(query, bigrams):
    assert bigrams[2].search(query) == []


@pytest.mark.parametrize(
    "query",
    ["?", "？？", "😀", "привет",
     pytest.param("x" * 50_000, id="x"), pytest.param("第三十八条" * 5000, id="long"), "zzzzqqqq", "假货\x00"],
)  # fmt: skip
def test_an_odd_question_is_answered_without_a_fault(query, bigrams):
    assert len(bigrams[2].search(query, 5)) <= 5


def test_two_searches_alike_give_hits_alike(bigrams):
    query = "平台明知商家卖假货不处理"
    assert bigrams[2].search(query) == bigrams[2].search(query)


def test_words_shared_with_an_article_find_it(bigrams):
    query = "电子商务平台经营者知道或者应当知道平台内经营者侵害消费者合法权益未采取必要措施"
    assert "电子商务法#38" in [h.ref for h in bigrams[2].search(query, 3)]


@pytest.mark.parametrize("top_k", [1, 3, 8, 30])
def test_no_more_hits_than_asked_for_best_first_each_once(top_k, bigrams):
    hits = bigrams[2].search("外卖平台没有审查许可证", top_k)
    assert len(hits) == top_k
    assert len({h.ref for h in hits}) == top_k
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert all(0 <= h.score <= 1 and -1 <= h.similarity <= 1.001 for h in hits)


@pytest.mark.parametrize("kind", ["statute", "digest", "doctrine"])
def test_only_the_kinds_asked_for_are_found(kind, bigrams):
    hits = bigrams[2].search("平台的责任", 5, [kind])
    assert hits
    assert {h.kind for h in hits} == {kind}


def test_a_hit_is_written_as_the_contract_says(bigrams):
    [hit] = bigrams[2].search("先行赔偿", 1)
    row = hit.to_json()
    assert set(row) == {"ref", "score", "title", "text"}
    assert row["score"] == round(hit.score, 4)


def test_the_real_model_finds_the_law_behind_plain_words(assistant):
    def found(query):
        hits = assistant.index.search(query, 8)
        return {part for h in hits for part in (h.ref, h.ref.split("#")[0])}

    assert "消费者权益保护法#44" in found("平台不能提供卖家的真实名称、地址和联系方式，要平台赔吗")
    assert "消费者权益保护法#55" in found("商家欺诈消费者，要求增加赔偿价款的三倍")
    assert "七日无理由退货暂行办法" in found("seven-day no-reason return of goods bought online")
    assert "电子商务法#38" in found("平台知道商家卖假货却不管，要承担连带责任吗")


def test_the_real_model_answers_the_same_question_the_same(assistant):
    first, second = (assistant.index.search("直播间买到假货怎么办") for _ in range(2))
    assert first == second


# ---- what is indexed
def test_every_text_is_indexed_once_under_its_reference(library):
    docs = documents(library)
    assert len({d.ref for d in docs}) == len(docs)
    assert all(d.text.strip() and d.title for d in docs)
    assert {d.kind for d in docs} == {"statute", "digest", "doctrine"}


def test_every_doctrine_note_is_whole_in_both_languages(corpus):
    found = notes(corpus)
    assert len({n.id for n in found}) == len(found) >= 20
    for note in found:
        for lang in ("zh", "en"):
            assert note.title[lang], note.id
            assert len(note.body[lang]) > 100, note.id
            assert note.questions[lang], note.id


def test_the_name_of_a_note_is_read_back_from_its_hit(bigrams):
    [hit] = bigrams[2].search("学说", 1, ["doctrine"])
    assert hit.ref.startswith(f"doctrine/{hit.note}/")


# ---- words
@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", []), ("，。！", []), ("假货", ["假", "货", "假货"]), ("法", ["法"]),
     ("电商法", ["电", "商", "法", "电商", "商法"]), ("Fake Goods", ["fake", "goods"]),
     ("第38条", ["第", "38", "条"]), ("买iPhone坏了", ["买", "iphone", "坏", "了", "坏了"]),
     ("假 货", ["假", "货"])],
)  # fmt: skip
def test_words_are_characters_pairs_and_latin_runs(text, tokens):
    assert grams(text) == tokens


# ---- shipped vectors
def test_shipped_vectors_come_back_nearly_as_they_went(tmp_path):
    rng = np.random.default_rng(0)
    vectors = {f"{n:016x}": v / np.linalg.norm(v) for n, v in enumerate(rng.normal(size=(20, 384)))}
    Shipped(tmp_path, "a/model").write(vectors)
    again = Shipped(tmp_path, "a/model").rows
    assert again.keys() == vectors.keys()
    for key, vector in vectors.items():
        assert float(again[key] @ vector) / float(np.linalg.norm(again[key])) > 0.9995


def test_a_model_nothing_was_shipped_for_has_no_vectors(corpus):
    assert Shipped(corpus, "some/other-model").rows == {}


def test_the_vectors_shipped_are_those_of_the_texts(corpus, library):
    """After a change of a text: `make vectors`."""
    assert {d.key for d in documents(library)} == set(Shipped(corpus, BUNDLED_EMBEDDING).rows)


# ---- embeddings
def test_vectors_are_unit_long_and_alike_each_time(assistant):
    embedding = assistant.index.embedding
    one, two = (embedding.query("平台不管") for _ in range(2))
    assert one.shape == (embedding.dimension,) == (384,)
    assert np.array_equal(one, two)
    assert abs(float(np.linalg.norm(one)) - 1) < 1e-5
    rows = embedding.passages(["平台不管", "今天天气很好"])
    assert rows.shape == (2, 384)
    assert float(one @ rows[0]) > float(one @ rows[1])


def test_no_passages_are_no_vectors(assistant):
    assert assistant.index.embedding.passages([]).shape == (0, 384)


def test_a_model_that_cannot_be_loaded_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match="ANBAO_EMBEDDING='.*missing' cannot be loaded"):
        embed.load(str(tmp_path / "missing"))
