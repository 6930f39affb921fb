"""Schemathesis: what the OpenAPI document says is what the service does, for requests nobody thought of."""

import contextlib

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from assistant.graph import Assistant
from assistant.service import app
from assistant.store import Database, keys

FEW = settings(max_examples=6, deadline=None, derandomize=True, database=None,
               suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_service_keeps_its_schema(assistant: Assistant, tmp_path, mode):
    store = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with store.writing() as link:
        sent = keys.create(link, "schemathesis", "admin")[1]
    schema = schemathesis.openapi.from_asgi("/openapi.json", app.build(assistant, store))
    headers, tried = {"Authorization": f"Bearer {sent}"}, []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.append(operation.label)

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps(case: schemathesis.Case) -> None:
            # which facts and blanks there are is in the corpus, not in the schema
            names_facts = case.operation.path.endswith(("/facts", "/assess", "/letters"))
            case.call_and_validate(
                headers=headers, excluded_checks=[positive_data_acceptance] if names_facts else []
            )

        with contextlib.suppress(Unsatisfiable):  # where nothing is asked for, nothing can be wrong
            keeps()
    assert "POST /v1/ask" in tried
    store.close()
