"""The store on SQLite and on a real PostgreSQL: what is accepted stays, and belongs to one tenant."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import assistant
from assistant.store import (
    Conflict,
    Database,
    NotFound,
    StoreDown,
    StoreFull,
    StoreProblem,
    keys,
    outbox,
    talks,
    tickets,
)
from assistant.store.tables import metadata
from tests.postgres import Postgres, free_port


def begun(store: Database, tenant: str = "shop", person: str = "") -> talks.Conversation:
    with store.writing() as link:
        return talks.create(link, tenant, {}, person)[0]


def test_nothing_is_ever_unpickled():
    unpickles = re.compile(
        r"\b(import (cloud)?pickle|joblib|allow_pickle=True|torch\.load|yaml\.unsafe_load)\b"
    )
    files = [*Path(assistant.__file__).parent.rglob("*.py")]
    assert len(files) > 60
    assert [file.name for file in files if unpickles.search(file.read_text(encoding="utf-8"))] == []


def test_the_migrations_make_the_tables_that_the_code_expects(store):
    with store.reading() as link:
        assert compare_metadata(MigrationContext.configure(link), metadata) == []


def test_a_store_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it(store_url, monkeypatch):
    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, "0001"))
        old = Database(store_url)
    kept = begun(old)
    with old.writing() as link:
        sent = talks.accept(link, kept, "平台卖假货", "c1")
        link.execute(text("insert into webhooks (id, tenant, url, secret, created_at) "
                          "values ('w', 'shop', 'https://desk.example', 's', '2026')"))  # fmt: skip
    old.close()
    new = Database(store_url)
    with new.reading() as link:
        assert compare_metadata(MigrationContext.configure(link), metadata) == []
        assert talks.said(link, kept.id) == [sent]
        assert [(hook.id, hook.kind, hook.token) for hook in outbox.listed(link, "shop")] == [
            ("w", "events", "")
        ]
    new.close()


def test_opening_again_keeps_what_is_there(store, store_url):
    kept = begun(store)
    again = Database(store_url)
    with again.reading() as link:
        assert talks.get(link, "shop", kept.id) == kept
    again.close()


def test_many_processes_may_open_an_empty_store_at_once(store_url):
    with ThreadPoolExecutor(6) as pool:
        for opened in list(pool.map(Database, [store_url] * 6)):
            opened.close()


def test_a_store_of_a_newer_program_is_refused(store, store_url):
    with store.writing() as link:
        link.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreProblem, match="newer anbao"):
        Database(store_url)


def test_an_accepted_message_is_there_for_others_and_pending_until_it_has_its_reply(store):
    conversation = begun(store)
    with store.writing() as link:
        sent = talks.accept(link, conversation, "  平台卖假货  ", "c1")
    with store.reading() as link:
        assert talks.said(link, conversation.id) == [sent]
        assert talks.get(link, "shop", conversation.id).title == "平台卖假货"
        assert talks.left_behind(link, sent.at) == []
        assert talks.left_behind(link, "9999") == [("shop", conversation.id)]
    with store.writing() as link:
        reply = talks.reply(link, sent, "答复", {"liability": "joint"})
    with store.reading() as link:
        told = talks.said(link, conversation.id)
        assert [(m.role, m.status) for m in told] == [("user", "answered"), ("assistant", "sent")]
        assert told[1] == reply
        assert reply.answers == sent.id
        assert talks.said(link, conversation.id, after=sent.id) == [reply]
        assert talks.first_pending(told) is None


def test_a_message_sent_again_is_the_same_message(store):
    conversation = begun(store)
    sent = []
    for _ in range(2):
        with store.writing() as link:
            sent.append(talks.accept(link, conversation, "平台卖假货", "c1"))
    assert sent[0] == sent[1]
    with store.writing() as link, pytest.raises(Conflict, match="another message"):
        talks.accept(link, conversation, "别的话", "c1")


def test_a_message_has_one_reply(store):
    conversation = begun(store)
    with store.writing() as link:
        sent = talks.accept(link, conversation, "平台卖假货", None)
        talks.reply(link, sent, "一")
    with pytest.raises(Conflict), store.writing() as link:
        talks.reply(link, sent, "二")
    with store.reading() as link:
        assert [m.text for m in talks.said(link, conversation.id)] == ["平台卖假货", "一"]


def test_a_transaction_that_raises_never_was(store):
    conversation = begun(store)

    def half() -> None:
        with store.writing() as link:
            talks.accept(link, conversation, "平台卖假货", None)
            tickets.open_(link, "shop", conversation.id, "asked", {})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    with store.reading() as link:
        assert talks.said(link, conversation.id) == []
        assert tickets.listed(link, "shop") == []


def test_a_conversation_changed_meanwhile_is_not_overwritten(store):
    seen = begun(store)
    with store.writing() as link:
        talks.change(link, seen, memory={"facts": {"knew": "yes"}})
    with pytest.raises(Conflict), store.writing() as link:
        talks.change(link, seen, memory={})
    with store.reading() as link:
        now = talks.get(link, "shop", seen.id)
    assert (now.memory, now.version) == ({"facts": {"knew": "yes"}}, 1)


def test_messages_sent_at_once_are_all_kept_in_an_order(store):
    conversation = begun(store)

    def send(number: int) -> int:
        with store.writing() as link:
            return talks.accept(link, conversation, f"第{number}句", f"c{number}").id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(send, range(40)))
    with store.reading() as link:
        told = talks.said(link, conversation.id)
    assert sorted(ids) == [m.id for m in told]
    assert {m.text for m in told} == {f"第{n}句" for n in range(40)}


def test_tenants_see_nothing_of_each_other(store):
    ours, theirs = begun(store, "ours", "anna"), begun(store, "theirs", "anna")
    with store.writing() as link:
        ticket = tickets.open_(link, "theirs", theirs.id, "asked", {})
        hook = outbox.create(link, "theirs", "https://desk.example/hook")
        outbox.tell(link, "ours", "ticket.opened", {"ticket": "x"})
    with store.writing() as link:
        assert [c.id for c in talks.listed(link, "ours")] == [ours.id]
        assert tickets.listed(link, "ours") == []
        assert outbox.listed(link, "ours") == []
        assert outbox.tried(link, "theirs") == []
        for look in (
            lambda: talks.get(link, "ours", theirs.id),
            lambda: talks.remove(link, "ours", theirs.id),
            lambda: tickets.get(link, "ours", ticket.id),
            lambda: outbox.remove(link, "ours", hook.id),
        ):
            with pytest.raises(NotFound):
                look()
        assert talks.remove_person(link, "ours", "anna") == 1
        assert talks.get(link, "theirs", theirs.id) == theirs


def test_a_conversation_that_is_removed_takes_everything_along(store):
    conversation = begun(store)
    with store.writing() as link:
        sent = talks.accept(link, conversation, "平台卖假货", None)
        talks.reply(link, sent, "答复")
        tickets.open_(link, "shop", conversation.id, "asked", {"transcript": []})
        talks.remove(link, "shop", conversation.id)
    with store.reading() as link:
        for table in ("conversations", "messages", "tickets"):
            assert link.execute(text(f"select count(*) from {table}")).scalar_one() == 0, table


def test_old_conversations_are_removed_and_active_ones_stay(store):
    old, active = begun(store), begun(store)
    with store.writing() as link:
        talks.say(link, active.id, "agent", "您好")
        assert talks.remove_older(link, talks.get(link, "shop", active.id).updated_at) == 1
        assert [c.id for c in talks.listed(link, "shop")] == [active.id]
    assert old.id != active.id


def test_conversations_are_listed_last_active_first_and_page_by_page(store):
    made = [begun(store, person="anna") for _ in range(5)]
    with store.reading() as link:
        first = talks.listed(link, "shop", "anna", limit=3)
        rest = talks.listed(link, "shop", "anna", before=first[-1].updated_at, limit=3)
        assert talks.listed(link, "shop", "bert") == []
    assert [c.id for c in first + rest] == [c.id for c in reversed(made)]


def test_a_ticket_is_taken_by_one_agent(store):
    conversation = begun(store)
    with store.writing() as link:
        ticket = tickets.open_(link, "shop", conversation.id, "asked", {"facts": {}})
        tickets.move(link, ticket, "taken", "anna")
    with store.writing() as link, pytest.raises(Conflict):
        tickets.move(link, ticket, "taken", "bert")
    with store.reading() as link:
        assert tickets.get(link, "shop", ticket.id).agent == "anna"
        assert tickets.listed(link, "shop", state="open") == []


def test_a_key_is_found_by_its_text_only_and_kept_as_a_hash(store):
    with store.writing() as link:
        key, sent = keys.create(link, "till", "chat")
    with store.reading() as link:
        assert keys.find(link, sent) == key
        for wrong in ("", sent[:-1], sent + "x", f"ak_{key.id}_", sent.replace("ak_", "bk_"), f"ak_{key.id}"):
            assert keys.find(link, wrong) is None, wrong
        assert sent.split("_", 2)[2] not in str(link.execute(text("select * from keys")).all())
    with store.writing() as link:
        keys.revoke(link, key.id)
    with store.reading() as link:
        assert keys.find(link, sent) is None
    with store.writing() as link, pytest.raises(NotFound):
        keys.revoke(link, key.id)


@pytest.mark.parametrize(("scope", "origins"), [
    ("root", []), ("widget", []), ("chat", ["https://a.example"]), ("widget", ["a.example"]),
    ("widget", ["https://a.example/path"]), ("widget", ["*"]),
])  # fmt: skip
def test_a_key_without_sense_is_refused(tmp_path, scope, origins):
    store = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with store.writing() as link, pytest.raises(ValueError, match="scope|origin"):
        keys.create(link, "x", scope, origins=origins)
    store.close()


def test_a_delivery_is_due_to_one_worker_at_a_time_and_again_after_its_wait(store):
    with store.writing() as link:
        outbox.create(link, "shop", "https://desk.example/hook")
        outbox.tell(link, "shop", "ticket.opened", {"ticket": "t"})
    with store.writing() as link:
        taken = outbox.take(link, 60)
        assert taken is not None
        assert outbox.take(link, 60) is None
        outbox.settle(link, taken[0].id, "due", 0, "503")
    with store.writing() as link:
        again = outbox.take(link, 60)
        assert again is not None
        assert (again[0].id, again[0].attempts, again[0].problem) == (taken[0].id, 1, "503")
        outbox.settle(link, again[0].id, "delivered")
    with store.writing() as link:
        assert outbox.take(link, 60) is None
        assert [d.state for d in outbox.tried(link, "shop")] == ["delivered"]


@pytest.mark.parametrize("url", ["mysql://h/x", "nonsense", "", "sqlite+aiosqlite:///x"])
def test_a_url_that_is_no_store_is_refused(url):
    with pytest.raises(StoreProblem, match="ANBAO_STORE wants"):
        Database(url)


def test_a_store_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(StoreDown, match="does not answer"):
        Database(f"postgresql://anbao@127.0.0.1:{free_port()}/x")
    with pytest.raises(StoreDown, match="does not answer"):
        Database(f"sqlite:///{tmp_path / 'missing' / 'a.sqlite'}")


def test_a_full_disk_refuses_the_new_and_keeps_the_old(tmp_path: Path):
    """SQLite's own limit on pages: it fails just as it does when the disk is full."""
    store = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    conversation = begun(store)
    with store.engine.connect() as link:
        pages = link.exec_driver_sql("pragma page_count").scalar_one()
        link.exec_driver_sql(f"pragma max_page_count={pages + 4}")
    kept = []

    def fill() -> None:
        for number in range(1000):
            with store.writing() as link:
                sent = talks.accept(link, conversation, f"{number}" + "很长的话" * 100, None)
            kept.append(sent)

    with pytest.raises(StoreFull, match="no room left"):
        fill()
    with store.reading() as link:
        assert kept
        assert talks.said(link, conversation.id) == kept
        assert link.exec_driver_sql("pragma integrity_check").scalar_one() == "ok"
    store.close()


def test_after_postgresql_was_killed_and_started_all_accepted_is_there(postgres: Postgres):
    postgres.execute("drop schema public cascade; create schema public")
    store = Database(postgres.url("postgres"))
    conversation = begun(store)
    with store.writing() as link:
        sent = talks.accept(link, conversation, "平台卖假货", None)
    postgres.kill()
    try:
        with pytest.raises(StoreDown), store.reading() as link:
            talks.said(link, conversation.id)
    finally:
        postgres.start()
    with store.reading() as link:
        assert talks.said(link, conversation.id) == [sent]
    store.close()
