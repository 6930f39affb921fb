"""The command line, `anbao COMMAND`. To add a command, add a function."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant import __version__, letter_command, operations
from assistant.added import KINDS, AddedProblem
from assistant.facts import FactError, Facts, declarations, from_json
from assistant.files import FileProblem
from assistant.law import CorpusError, LawError, Library
from assistant.settings import Settings, SettingsError

if TYPE_CHECKING:
    from assistant.batch import Done
    from assistant.verdict import Verdict

app = typer.Typer(
    help="安保 Anbao: is the e-commerce platform liable, and in which form?",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
err = Console(stderr=True)
WORTH_IT = 200  # rows of a batch from which more processes, which take seconds to load, pay
Json = Annotated[bool, typer.Option("--json", help="print the JSON contract")]
Doctrine = Annotated[str | None, typer.Option(help="doctrine on “corresponding liability”")]


class Refused(Exception):
    """Input that cannot be taken; the message is for the user."""


def _say(value: object) -> None:
    sys.stdout.write((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) + "\n")


@contextmanager
def _progress(title: str, total: int | None) -> Iterator[Callable[[int], object]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


def _settings() -> Settings:
    return Settings.from_environment()


def _assistant() -> Any:
    from assistant import graph  # seconds: only for the commands that answer

    with err.status("loading…"):
        return graph.build(_settings())


def _library(settings: Settings) -> Library:
    """The law as shipped with the texts the user added."""
    return Library(settings.corpus, settings.added)


def _index() -> Any:
    from assistant import graph

    settings = _settings()
    with err.status("loading…"):
        return graph.open_index(settings, _library(settings))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(f"a date looks like 2024-03-15, got {text!r}") from None


def _lang(text: str | None) -> Any:
    if text not in (None, "zh", "en"):
        raise Refused(f"lang is zh or en, got {text!r}")
    return text


def _audience(text: str | None) -> Any:
    if text not in (None, "consumer", "lawyer", "desk"):
        raise Refused(f"audience is consumer, lawyer or desk, got {text!r}")
    return text or "consumer"


@app.command()
def ask(
    turns: Annotated[list[str], typer.Argument(help="the message, or several turns; - reads stdin")],
    as_json: Json = False,
    occurred_on: Annotated[str | None, typer.Option(help="date of the facts, 2024-03-15")] = None,
    doctrine: Doctrine = None,
    lang: Annotated[str | None, typer.Option(help="zh or en; default: the user's")] = None,
    audience: Annotated[str, typer.Option(help="consumer, lawyer or desk")] = "consumer",
    correct: Annotated[list[str] | None, typer.Option("--set", metavar="FACT=VALUE",
                       help="correct a fact that was read wrongly, as took_measures=yes; repeatable")] = None,
    facts: Annotated[bool, typer.Option("--facts", help="also list the facts read, with your words")] = False,
) -> None:  # fmt: skip
    """Answer a complaint or a question of law."""
    texts = [sys.stdin.read() if t == "-" else t for t in turns]
    day, told_in = _day(occurred_on), _lang(lang)
    corrections = dict(_pair(text) for text in correct or ())
    assistant = _assistant()
    answer = assistant.ask(texts, day, doctrine, told_in, _audience(audience), corrections)
    if answer.verdict:
        _keep(assistant.settings, [answer.verdict], assistant.library)
    _say(answer.to_json() if as_json else answer.reply)
    if facts and not as_json:
        from assistant.trace import facts_as_text

        _say("\n" + facts_as_text(answer.facts, answer.lang))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise Refused(f"--set wants FACT=VALUE, as took_measures=yes, got {text!r}")
    return name.strip(), value.strip()


def _each(source: Path, target: Path, title: str, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Run `work` on every row, writing as it goes; rows already written are skipped, a bad row is
    written with its error and does not stop the rest."""
    from assistant import batch as batches

    if not source.is_file():
        raise Refused(f"there is no file {source}")
    sink = batches.Sink(target, ".jsonl")
    total, before, bad = sum(1 for _ in batches.lines(source)), sink.done.total(), 0
    with closing(sink), _progress(title, total) as tick:
        tick(before)
        for row in batches.todo(batches.lines(source), sink.done):
            try:
                if "problem" in row:
                    raise Refused(row["problem"])
                result = work(row)
            except (Refused, ValueError, LawError, TypeError) as error:
                bad += 1
                result = {"id": row["id"], "error": str(error) or type(error).__name__}
            sink.write(result)
            tick(1)
    err.print(f"{total} rows, {before} already done, {bad} with errors: {target}")


@app.command()
def batch(
    source: Annotated[Path, typer.Argument(help=".jsonl, .csv or .parquet: id, turns, occurred_on …")],
    target: Annotated[Path, typer.Argument(help=".jsonl, .csv or .parquet; goes on where it was stopped")],
    jobs: Annotated[int, typer.Option(min=0, help="processes, 1 GB each; 0: one a core, if it pays")] = 0,
    ray: Annotated[
        str | None, typer.Option(help="on a Ray cluster: HOST:PORT, ray://HOST:10001, auto or local")
    ] = None,
) -> None:  # fmt: skip
    """Answer every row of a file: {"id", "turns", "occurred_on", "doctrine", "lang", "audience"}."""
    from assistant import batch as batches

    if not source.exists():
        raise Refused(f"there is no file {source}")
    total = sum(1 for _ in batches.rows(source))
    sink = batches.Sink(target)
    settings, todo = _settings(), batches.todo(batches.rows(source), sink.done)
    before, bad = sink.done.total(), 0
    with closing(sink), _record(settings) as keep, _progress("batch", total) as tick:
        tick(before)
        for some in _answered(todo, settings, jobs, ray, many=total - before >= WORTH_IT):
            keep([decision for _, decision in some if decision])  # first: what is written can be replayed
            for row, _ in some:
                sink.write(row)
                bad += "error" in row
            tick(len(some))
    err.print(f"{total} rows, {before} already done, {bad} with errors: {target}")


def _answered(
    todo: Iterator[dict[str, Any]], settings: Settings, jobs: int, ray: str | None, *, many: bool
) -> "Iterator[list[Done]]":
    """The rows answered here, or on the cluster at `ray`, a few at a time."""
    from assistant import batch as batches
    from assistant import cluster

    if ray:
        try:
            yield from cluster.answered(todo, settings, ray, jobs)
        except cluster.ClusterProblem as problem:
            raise Refused(str(problem)) from None
        return
    jobs = jobs or (os.cpu_count() or 1 if many else 1)
    if jobs > 1:  # each core has a process, so none needs threads
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        yield from batches.answered(todo, settings, jobs)
        return
    assistant = None  # takes seconds to load: not where there is nothing to do
    for row in todo:
        assistant = assistant or _assistant()
        yield [batches.answer(assistant, row)]


@contextmanager
def _record(settings: Settings) -> "Iterator[Callable[[list[dict[str, Any]]], None]]":
    """What keeps decisions for `replay`; a store that cannot be written costs the replay, not the answer."""
    from assistant import decisions
    from assistant.store import Database, StoreProblem

    store, missed, why = None, 0, ""

    def keep(made: list[dict[str, Any]]) -> None:
        nonlocal store, missed, why
        try:
            store = store or Database(settings.store_url)
            with store.writing() as link:
                decisions.append(link, made)
        except (StoreProblem, SettingsError) as error:
            missed, why = missed + len(made), str(error)

    try:
        yield keep
    finally:
        if store:
            store.close()
        if missed:
            err.print(f"note: {missed} not kept for replay: {why}")


@app.command()
def search(
    query: Annotated[str, typer.Argument()] = "",
    top_k: Annotated[int, typer.Option(min=1, max=100)] = 8,
    as_json: Json = False,
    source: Annotated[Path | None, typer.Option("--input", help="JSON Lines of id, query")] = None,
    target: Annotated[Path | None, typer.Option("--output")] = None,
) -> None:
    """Find the provisions nearest to a question."""
    if source and not target:
        raise Refused("--input wants --output as well")
    if not source and not query.strip():
        raise Refused("search wants a QUERY, or --input and --output")
    index = _index()
    if source and target:
        _each(source, target, "search", lambda row: {
            "id": row["id"],
            "hits": [h.to_json() for h in index.search(_text(row, "query"), top_k)],
        })  # fmt: skip
        return
    hits = [h.to_json() for h in index.search(query, top_k)]
    if as_json:
        _say({"query": query, "hits": hits})
    else:
        for hit in hits:
            _say(f"{hit['score']:.2f}  {hit['ref']}  {' '.join(str(hit['text']).split())[:80]}")


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise Refused(f"{name} wants a text, got {value!r:.60}")
    return value


def _cited(text: str, library: Library, on: date | None) -> dict[str, object]:
    from assistant.citations import check

    found = check(text, library, on)
    return {"seen": len(found), "checked": sum(bool(c.status) for c in found),
            "citations": [c.to_json() for c in found]}  # fmt: skip


@app.command()
def cite(
    text: Annotated[str, typer.Argument(help="the text; - or nothing reads stdin")] = "-",
    as_json: Json = False,
    on: Annotated[str | None, typer.Option(help="judge as of this date")] = None,
    source: Annotated[Path | None, typer.Option("--input", help="JSON Lines of id, text")] = None,
    target: Annotated[Path | None, typer.Option("--output")] = None,
) -> None:
    """Find every citation in a text and judge it, down to the paragraph."""
    library, day = _library(_settings()), _day(on)
    if source:
        if not target:
            raise Refused("--input wants --output as well")
        _each(source, target, "cite",
              lambda row: {"id": row["id"], **_cited(_text(row, "text"), library, day)})  # fmt: skip
        return
    result = _cited(sys.stdin.read() if text == "-" else text, library, day)
    if as_json:
        _say(result)
        return
    citations = result["citations"]
    assert isinstance(citations, list)
    for row in citations:
        _say(f"{row['status']:24} {row['ref']}  ({row['quote']})")
    _say(f"seen {result['seen']}, checked {result['checked']}")


Trace = Annotated[
    str | None,
    typer.Option("--trace", help="text, json or mermaid: why, fact by fact; sides: what each side must do"),
]
Lang = Annotated[str | None, typer.Option(help="zh or en")]


@app.command("assess")
def assess_(
    file: Annotated[Path | None, typer.Argument(help="facts as JSON; - reads stdin")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="print the facts and questions")] = False,
    doctrine: Doctrine = None,
    trace: Trace = None,
    lang: Lang = None,
) -> None:
    """The verdict on structured facts; with --trace, how it follows from them."""
    from assistant.verdict import assess

    settings = _settings()
    declared = declarations(settings.corpus / "facts.yaml")
    if schema:
        _say({d.name: {"kind": d.kind, "choices": list(d.choices), "text": dict(d.text),
                       "ask": dict(d.ask), "why": dict(d.why), "burden": d.burden}
              for d in declared.values()})  # fmt: skip
        return
    if file is None:
        raise Refused("assess wants a FILE of facts (or - for stdin); --schema shows the facts")
    raw = sys.stdin.read() if str(file) == "-" else _read(file)
    try:
        row = json.loads(raw)
    except json.JSONDecodeError as error:
        raise Refused(f"{file} is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise Refused('facts are a JSON object like {"subject": "food", "knew": "yes"}')
    told = row.get("facts", row)
    if not isinstance(told, dict):
        raise Refused(f"facts want a JSON object, got {told!r:.60}")
    facts: Facts = from_json(declared, told)
    library = _library(settings)
    verdict = assess(facts, library.in_force, library.as_of, doctrine)
    _keep(settings, [verdict], library)
    _show(verdict, library, trace, lang)


def _keep(settings: Settings, verdicts: "list[Verdict]", library: Library) -> None:
    from assistant import decisions

    with _record(settings) as keep:
        keep([decisions.record(v, library.version) for v in verdicts])


def _show(verdict: "Verdict", library: Library, trace: str | None, lang: str | None) -> None:
    """A verdict as JSON, or its trace."""
    from assistant import trace as traced
    from assistant.payment import payments
    from assistant.remedies import remedies
    from assistant.sides import report, sides, verdict_json

    told_in: Any = _lang(lang) or "zh"
    if trace == "text":
        _say(traced.as_text(verdict, told_in))
        return
    if trace == "mermaid":
        _say(traced.as_mermaid(verdict, told_in))
        return
    if trace not in (None, "json", "sides"):
        raise Refused(f"--trace wants text, json, mermaid or sides, got {trace!r}")
    found = remedies(verdict)
    owed = payments(verdict, found)
    if trace == "sides":
        _say(report(sides(verdict, found, owed), told_in))
    else:
        _say({**verdict_json(verdict, found, owed),
              "trace": traced.trace(verdict, everything=trace == "json"),
              "facts": verdict.facts.to_json(), "decision_id": verdict.decision_id,
              "corpus_version": library.version})  # fmt: skip


@app.command("rules")
def rules_(lang: Lang = None) -> None:
    """The rule table: grounds, duties, doctrines and facts, with their provisions."""
    from assistant.rulebook import markdown

    settings = _settings()
    declared = declarations(settings.corpus / "facts.yaml")
    _say(markdown(declared, _library(settings), _lang(lang) or "zh").rstrip())


@app.command()
def replay(
    decision: Annotated[str, typer.Argument(help="a decision_id, or its beginning")],
    trace: Trace = None,
    lang: Lang = None,
) -> None:
    """Reach a decision made on this machine again, from the facts it was made on."""
    from assistant import decisions
    from assistant.store import Database
    from assistant.verdict import assess

    settings = _settings()
    kept = decisions.find(Database(settings.store_url), decision)
    library = _library(settings)
    facts = from_json(declarations(settings.corpus / "facts.yaml"), kept.facts).with_asked(kept.asked)
    verdict = assess(facts, library.in_force, kept.as_of, kept.doctrine)
    if verdict.decision_id != kept.id:
        corpus = "" if library.version == kept.corpus_version else (
            f"; the corpus was {kept.corpus_version} then and is {library.version} now")  # fmt: skip
        err.print(f"note: decided again as {verdict.decision_id}: rules or law have changed{corpus}. "
                  f"The form was {kept.liability} and is now {verdict.liability}.")  # fmt: skip
    _show(verdict, library, trace, lang)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file} cannot be read: {error}") from None


@app.command("index")
def index_(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="build even if it is current")] = False,
    whole: Annotated[bool, typer.Option("--all", help="every law of the statute package (slow)")] = False,
    ship: Annotated[bool, typer.Option("--ship", help="write the corpus's vectors (maintainers)")] = False,
) -> None:
    """Build the index of the law (seconds: the vectors are shipped)."""
    import shutil

    from assistant import embed, index

    settings = _settings()
    if ship:
        with err.status("loading the embedding model…"):
            embedding = embed.load(settings.embedding)
        with _progress("embedding", None) as tick:
            count = index.ship(Library(settings.corpus), embedding, tick)
        _say(f"embedded {count} new texts into {settings.corpus / 'vectors'}")
        return
    if rebuild and not settings.chroma:
        shutil.rmtree(settings.writable_data / "chroma", ignore_errors=True)
    _say(_indexed(settings, rebuild=rebuild, whole=whole))


def _indexed(settings: Settings, *, rebuild: bool = False, whole: bool = False) -> str:
    """Bring the index up to date and say how it is; one of the whole library stays so."""
    from assistant import embed, index

    library = _library(settings)
    with err.status("loading the embedding model…"):
        embedding = embed.load(settings.embedding)
    with index.alone(settings.writable_data):
        client = index.connect(settings.writable_data, settings.chroma)
        was_whole = index.is_whole(client)
        whole = whole or (was_whole and not rebuild)
        state = f"corpus {library.version}, {embedding.name}" + (", the whole library" if whole else "")
        if not rebuild and whole == was_whole and index.current(client, library, embedding):
            return f"the index is current ({state})"
        with _progress("indexing", len(index.documents(library, whole=whole))) as tick:
            count = index.build(client, library, embedding, tick, whole=whole)
    return f"indexed {count} texts ({state})"


corpus_app = typer.Typer(help="The law held, and texts of your own.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")
Kind = Annotated[str, typer.Option(help="law, or platform_rules: a platform's own rules and agreements")]


@corpus_app.command("add")
def corpus_add(
    source: Annotated[Path, typer.Argument(help="a docx, pdf, html, md or txt file, or a folder of them")],
    title: Annotated[str, typer.Option(help="if its head does not say it")] = "",
    number: Annotated[str, typer.Option(help="document number: 国务院令第778号")] = "",
    issuer: Annotated[str, typer.Option(help="who issued it")] = "",
    kind: Kind = "",
    in_force_from: Annotated[str | None, typer.Option(help="first day in force, 2024-07-01")] = None,
    in_force_to: Annotated[str | None, typer.Option(help="first day no longer in force")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="in place of the same text added before")
    ] = False,
    reindex: Annotated[bool, typer.Option("--index/--no-index", help="bring the index up to date")] = True,
) -> None:
    """Add official texts, quoted from then on instead of our digests, or a platform's own rules."""
    from assistant import intake

    if kind not in ("", *KINDS):
        raise Refused(f"--kind is {' or '.join(KINDS)}, got {kind!r}")
    settings = _settings()
    options = intake.Options(title, number, issuer, kind, _day(in_force_from), _day(in_force_to), replace)
    sources = intake.found_in(source)
    _ = settings.writable_data  # says so now if it cannot be written
    with _progress("reading", None) as tick:
        texts, problems = intake.add(sources, options, _library(settings), settings.added, tick)
    for text in texts:
        gaps = intake.gaps(text)
        short = f"; an excerpt, without {len(gaps)} articles ({gaps[0]} the first)" if gaps else ""
        _say(f"added {text.name}: {len(text.articles)} articles, in force from {text.in_force_from}{short}")
    if texts and reindex:
        _say(_indexed(settings))
    if problems:
        raise Refused("\n".join(problems))


@corpus_app.command("list")
def corpus_list(
    everything: Annotated[bool, typer.Option("--all", help="also what is shipped")] = False,
) -> None:
    """List the texts added, and with --all every instrument held."""
    settings = _settings()
    library = _library(settings)
    for text in library.added:
        until = f" to {text.in_force_to}" if text.in_force_to else ""
        _say(f"{text.kind:15} {text.name}  {len(text.articles)} articles, in force from "
             f"{text.in_force_from}{until}  {text.number}")  # fmt: skip
    if not library.added:
        err.print("no text was added yet: anbao corpus add FILE", highlight=False)
    if everything:
        for law in library.listed:
            shown = "digest" if law.digests and not library.is_added(law.name) else "text"
            _say(f"{law.kind:25} {law.name}  {'repealed' if law.repealed else shown}  {law.number}")


@corpus_app.command("show")
def corpus_show(
    name: Annotated[str, typer.Argument(help="its title or number")],
    article: Annotated[str, typer.Argument(help="38, 38.2 or an annex's title; empty: the outline")] = "",
    on: Annotated[str | None, typer.Option(help="as it stood on this date")] = None,
) -> None:
    """Show what is held of an instrument: its outline, or one article."""
    from assistant import intake

    library, day = _library(_settings()), _day(on)
    law = library.find(name)
    texts = [t for t in library.added if library.find(t.title) is law and (not on or str(day) >= t.version)]
    for title, body in texts[-1].annexes if texts else ():
        if article and title.startswith(article):
            _say(f"{title}\n{body}")
            return
    if article:
        found = library.provision(f"{law.name}#{article}", day)
        mark = {"digest": "digest, not the text", "platform_rules": "platform's own rules, not law"}
        _say(f"{found.title} ({mark.get(found.kind, found.kind)}, {found.version})\n{found.text}")
        return
    _say(f"{law.full_title or law.name}  {law.number}  ({law.kind})")
    for version in law.versions:
        until = f" to {version.in_force_to}" if version.in_force_to else ""
        _say(f"version {version.version}: in force from {version.in_force_from}{until}")
    for line in intake.outline(texts[-1]) if texts else ():
        _say(line)


@corpus_app.command("remove")
def corpus_remove(
    title: Annotated[str, typer.Argument(help="as `corpus list` shows it")],
    version: Annotated[str, typer.Option(help="only this version; default: all of that title")] = "",
    reindex: Annotated[bool, typer.Option("--index/--no-index", help="bring the index up to date")] = True,
) -> None:
    """Remove an added text; where there is a digest, it is shown again."""
    from assistant import added

    settings = _settings()
    bare = title.strip("《》")
    gone = added.remove(settings.added, lambda row: row["title"] == bare and version in ("", row["version"]))
    if not gone:
        raise Refused(f"no added text is called {title!r}; `anbao corpus list` shows them")
    for row in gone:
        _say(f"removed 《{row['title']}》 ({row['version']})")
    if reindex:
        _say(_indexed(settings))


@corpus_app.command("check")
def corpus_check() -> None:
    """Verify every added text (hash, structure, dates) and the corpus as shipped."""
    from assistant import intake

    settings = _settings()
    checked, bad = 0, 0
    with _progress("checking", None) as tick:
        for what, problem in intake.check(settings.added, settings.corpus):
            checked += 1
            tick(1)
            if problem:
                bad += 1
                _say(f"{what}: {problem}")
    _say(f"checked {checked}, problems {bad}")
    if bad:
        raise typer.Exit(1)


@app.command("eval")
def eval_(
    suites: Annotated[list[str] | None, typer.Argument(help="which; default: all")] = None,
    chat: Annotated[str | None, typer.Option(help="chat model, in place of ANBAO_CHAT")] = None,
    solver: Annotated[str, typer.Option(help="assistant, or the baselines bare and rag")] = "assistant",
    limit: Annotated[int | None, typer.Option(min=0, help="cases a suite at most; 0: all")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="times each case is answered")] = 1,
    out: Annotated[Path, typer.Option(help="folder of the run; an interrupted one goes on")] = Path(
        "anbao-eval"
    ),
    cases: Annotated[Path | None, typer.Option(help="cases of your own: jsonl, yaml, csv or xlsx")] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(help="--cases is a public benchmark's file: stard, lecoqa, lawbench, lexeval or disc"),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write an example file of cases, answer nothing")
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A B", help="compare two runs' folders, answer nothing"),
    ] = None,
) -> None:
    """Run evaluation suites and write a report: figures, charts, every failure."""
    from evals import case_files, command

    if template:
        case_files.write_template(template)
        _say(f"wrote {template}: three examples to replace")
        return
    if compare:
        _say(command.compare(*compare))
        return
    with err.status("loading…"):
        subject = command.load(solver, _settings(), chat)
    chosen = command.chosen(suites or [], subject, cases, benchmark)
    with _stages() as tick:
        said = command.run(chosen, subject, limit, repeat, out, tick)
    _say(said)


@contextmanager
def _stages() -> Iterator[Callable[[str, int, int], object]]:
    """Progress of several things in turn: told the name, how much is done, and of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=err) as bar:

        def tick(name: str, done: int, total: int) -> None:
            task = tasks[name] if name in tasks else tasks.setdefault(name, bar.add_task(name, total=total))
            bar.update(task, completed=done)

        yield tick


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="default 7860, or ANBAO_PORT")] = None,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    open_browser: Annotated[bool, typer.Option("--browser/--no-browser")] = True,
) -> None:
    """Open the chat in a browser."""
    from assistant import ui

    settings = _settings()
    ui.serve(_assistant(), host=host, port=port or settings.port, open_browser=open_browser)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Try every part (data, corpus, index, chat model, …) and say what to do about what fails."""
    from assistant.doctor import examine

    sound = True
    for found in examine(_settings()):
        sound &= found.ok
        _say(found.to_json() if as_json else f"{'ok ' if found.ok else 'BAD'}  {found.part:10} {found.says}")
    if not sound:
        raise typer.Exit(1)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="default 7860, or ANBAO_PORT")] = None,
    host: Annotated[str, typer.Option(help="other than this machine wants a key first")] = "127.0.0.1",
    page: Annotated[
        bool | None, typer.Option("--page/--no-page", help="the chat page, open to all who can reach it; "
                                  "default: only while there is no key")
    ] = None,
) -> None:  # fmt: skip
    """Serve the API, the widget, the desk and the chat page; several processes may share one store."""
    from assistant import operations

    settings = _settings()
    operations.serve(settings, _assistant, host, port or settings.port, page)


@app.command()
def mcp(
    http: Annotated[int | None, typer.Option(help="a port: streamable HTTP at /mcp instead of stdio")] = None,
) -> None:
    """Serve the law to other programs as tools (Model Context Protocol)."""
    from assistant.mcp import serve

    serve(_assistant(), http)


app.command()(letter_command.letter)
app.command()(operations.feedback)
app.add_typer(operations.keys_app, name="key")
app.add_typer(operations.audit_app, name="audit")


def _version(value: bool) -> None:
    if value:
        _say(f"anbao {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def main() -> None:
    """Run a command; known errors are one clear line and exit status 2."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from assistant.index import IndexProblem
    from assistant.store import StoreProblem

    try:
        app()
    except (Refused, SettingsError, CorpusError, IndexProblem, FactError, FileProblem, AddedProblem,
            LawError, StoreProblem, ValueError) as error:  # fmt: skip
        err.print(f"anbao: {error}", style="red", markup=False, highlight=False)
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        err.print(f"anbao: {error.strerror or error}{named}", style="red", markup=False)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
