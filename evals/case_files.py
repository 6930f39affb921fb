"""Files of cases: JSON Lines, YAML, CSV and Excel sheets as rows with the line they stand on.

A table has a column for each field, `fact:NAME` and `duty:NAME` for one fact or duty; what the fields
mean is for `own` to say.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import BadZipFile

import yaml

KINDS = (".jsonl", ".yaml", ".yml", ".csv", ".xlsx")
TEMPLATE = Path(__file__).parent / "templates" / "cases.csv"


class BadCases(ValueError):
    """A file of cases that cannot be used; every problem with its line."""


@dataclass(frozen=True)
class Row:
    """A row as written, with where it stands: a line of the file, or of the sheet."""

    line: int
    fields: Mapping[str, object]


def rows(file: Path) -> Iterator[Row]:
    """The rows of a file as written. Raises BadCases when it cannot be read at all."""
    kind = file.suffix.lower()
    if kind not in KINDS:
        raise BadCases(f"{file.name}: wanted a file of {', '.join(KINDS)}, got {kind or 'no suffix'}")
    try:
        if kind == ".xlsx":
            yield from _sheet(file)
            return
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadCases(f"{file.name} is not in UTF-8: save it as “CSV UTF-8”") from None
    yield from {".jsonl": _lines, ".csv": _columns}.get(kind, _items)(text, file.name)


def _lines(text: str, name: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadCases(f"{name}, line {number}: not JSON ({error})") from None
        yield Row(number, _mapping(fields, name, number))


def _items(text: str, name: str) -> Iterator[Row]:
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        items = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadCases(f"{name} is not YAML: {error}") from None
    if not isinstance(items, list) or not isinstance(node, yaml.SequenceNode):
        raise BadCases(f"{name} wants a list of cases, each beginning with “- ”")
    for item, mark in zip(items, node.value, strict=True):
        line = mark.start_mark.line + 1
        yield Row(line, _mapping(item, name, line))


def _mapping(fields: object, name: str, line: int) -> Mapping[str, object]:
    if isinstance(fields, dict):
        return fields
    raise BadCases(f"{name}, line {line}: wanted a case with fields, got {type(fields).__name__}")


def _columns(text: str, name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    heads = next(reader, [])
    line = reader.line_num + 1
    for cells in reader:
        if len(cells) > len(heads):
            raise BadCases(f"{name}, line {line}: {len(cells)} cells under {len(heads)} headings")
        if any(cell.strip() for cell in cells):
            yield Row(line, _gathered(dict(zip(heads, cells, strict=False))))
        line = reader.line_num + 1


def _sheet(file: Path) -> Iterator[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
    except (InvalidFileException, BadZipFile, KeyError):
        raise BadCases(f"{file.name} is not an Excel workbook") from None
    table = sheet.iter_rows(values_only=True)
    heads = [str(head or "") for head in next(table, ())]
    for line, cells in enumerate(table, 2):
        if any(cell is not None for cell in cells):
            yield Row(line, _gathered(dict(zip(heads, map(_written, cells), strict=False))))


def _written(cell: object) -> str:
    """A cell as text; a date without its hour, true and false as yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat()[:10] if isinstance(cell, date) else "" if cell is None else str(cell)


def _gathered(cells: Mapping[str, str]) -> dict[str, object]:
    """The fields of a table's row: empty cells left out, fact:NAME and duty:NAME put together."""
    found: dict[str, object] = {}
    groups: dict[str, dict[str, str]] = {"facts": {}, "duties": {}}
    for head, cell in cells.items():
        kind, colon, name = head.strip().partition(":")
        if not cell.strip():
            continue
        if colon and kind in ("fact", "duty"):
            groups["facts" if kind == "fact" else "duties"][name.strip()] = cell.strip()
        elif kind == "refs":
            found["refs"] = [ref.strip() for ref in cell.replace("；", ";").split(";") if ref.strip()]
        else:
            found[head.strip()] = cell
    return found | {name: group for name, group in groups.items() if group}


def write_template(file: Path) -> None:
    """An example file of cases, in the format its name asks for. Raises BadCases."""
    kind = file.suffix.lower()
    if kind not in KINDS:
        raise BadCases(f"{file.name}: wanted a file of {', '.join(KINDS)}, got {kind or 'no suffix'}")
    if file.exists():
        raise BadCases(f"{file} is there already: choose another name")
    text = TEMPLATE.read_text(encoding="utf-8")
    examples = [dict(row.fields) for row in _columns(text, TEMPLATE.name)]
    if kind == ".csv":
        file.write_text(text, encoding="utf-8-sig")  # so that Excel knows it is UTF-8
    elif kind == ".jsonl":
        file.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in examples), encoding="utf-8")
    elif kind == ".xlsx":
        _write_sheet(file, text)
    else:
        file.write_text(yaml.safe_dump(examples, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _write_sheet(file: Path, text: str) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    for cells in csv.reader(io.StringIO(text, newline="")):
        sheet.append(cells)
    for column, width in (("A", 14), ("B", 60)):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    book.save(file)
