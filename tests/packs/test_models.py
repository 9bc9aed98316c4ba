"""The mappings of all packs keep the promises that the rest of the project keeps."""

from weft_command import run_weft

from warehouse.settings import Settings


def test_the_logic_of_the_mappings_holds_on_rows_made_for_it(packs_published: Settings) -> None:
    tested = run_weft(packs_published, "dbt", "test", "--resource-type", "unit_test")
    assert tested.returncode == 0, tested.stdout
    assert "ERROR=0" in tested.stdout
    assert "PASS=0" not in tested.stdout
