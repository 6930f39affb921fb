"""A few of the deaths of `make crash`, on a real PostgreSQL."""

from assistant.graph import Assistant
from evals import crash
from tests.postgres import Postgres


def test_nothing_accepted_is_lost_when_the_service_is_killed_in_mid_turn(
    assistant: Assistant, postgres: Postgres, capfd
):
    postgres.execute("drop schema public cascade; create schema public")
    assert crash.main(3, postgres.url("postgres"), str(assistant.settings.data)) == 0
    said = capfd.readouterr().out.split()
    assert (said[0], int(said[2]) > 0, int(said[5]) > 0) == ("3", True, True), (
        "messages came, and some were cut"
    )
