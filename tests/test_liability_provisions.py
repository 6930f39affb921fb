"""The table of provisions on joint and supplementary liability, against the law itself."""

import re
import sqlite3
from collections.abc import Iterator

import pytest
import yaml

from assistant.law import Library, Ref, article_key, paragraphs_of, statute_database
from assistant.rules import GROUNDS
from assistant.settings import bundled

TABLE = yaml.safe_load((bundled("corpus") / "liability_provisions.yaml").read_text(encoding="utf-8"))
ROWS = TABLE["provisions"]
PLATFORM, JOINT, SUPPLEMENTARY = (re.compile(TABLE["patterns"][name])
                                  for name in ("platform", "joint", "supplementary"))  # fmt: skip
CITED = {ground.id: {basis.ref for basis in ground.bases} for ground in GROUNDS}


def speaks_of_it(text: str) -> bool:
    return bool(SUPPLEMENTARY.search(text) or (JOINT.search(text) and PLATFORM.search(text)))


def in_statutes() -> Iterator[str]:
    """Every text of the package, in force or not: a law that gains such a paragraph must be seen."""
    with sqlite3.connect(f"file:{statute_database()}?mode=ro", uri=True) as link:
        rows = link.execute(
            "select laws.law_name, article_no, article_text from articles join laws using (law_id)"
            " where article_text like '%连带%' or article_text like '%补充%'"
        ).fetchall()
    for law, number, text in rows:
        for place, paragraph in enumerate(paragraphs_of(text), 1):
            if speaks_of_it("\n".join(paragraph)):
                yield str(Ref(law.removeprefix("中华人民共和国"), article_key(number), place))


def in_digests(library: Library) -> Iterator[str]:
    for law in library.instruments.values():
        for row in law.digests:
            if speaks_of_it(row["zh"]):
                yield str(Ref(law.name, str(row["article"]), row.get("paragraph")))


def test_the_table_holds_every_provision_on_joint_and_supplementary_liability_and_no_other(library):
    held = {*in_statutes(), *in_digests(library)}
    listed = [row["ref"] for row in ROWS]
    assert len(set(listed)) == len(listed)
    assert sorted(held - set(listed)) == [], "new in the law: encode it or rule it out of scope"
    assert sorted(set(listed) - held) == [], "listed, but the law says no such thing"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["ref"])
def test_each_provision_is_cited_by_its_grounds_or_ruled_out_with_a_reason(row, library):
    assert row["form"] in ("joint", "joint_enlarged", "supplementary", "none")
    if "grounds" in row:
        assert row["form"] != "none"
        assert all(row["ref"] in CITED[ground] for ground in row["grounds"])
    else:
        assert set(row["out_of_scope"]) == {"zh", "en"}
        assert all(row["out_of_scope"].values())
        assert not any(row["ref"] in refs for refs in CITED.values())
    assert library.provision(row["ref"]).text


def test_every_joint_ground_of_the_rules_that_names_a_platform_is_in_the_table():
    """The other way round: a ground that owes joint liability cites a provision of the table, or one
    that binds anyone (advertising, intent)."""
    encoded = {ground for row in ROWS for ground in row.get("grounds", ())}
    of_anyone = {"joint-intent", "joint-advertising"}
    assert {g.id for g in GROUNDS if g.form in ("joint", "corresponding")} - encoded == of_anyone


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("电子商务平台经营者未采取措施的，与平台内经营者承担连带责任。", True),
        ("网络服务提供者对损害的扩大部分承担连带责任。", True),
        ("未尽到安全保障义务的，承担相应的补充责任。", True),
        ("承担补充赔偿责任。", True),
        ("合伙人对合伙债务承担无限连带责任。", False),
        ("平台依法承担相应的责任。", False),
        ("补充耕地责任由占用单位承担。", False),
    ],
)
def test_what_counts_as_such_a_provision(text, counts):
    assert speaks_of_it(text) is counts
