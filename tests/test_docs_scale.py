"""The page about scale shows the figures that are kept, and no others."""

from tests.benchmarks.growth import figures, page


def test_the_table_and_the_picture_are_those_of_the_figures_that_are_kept() -> None:
    columns = figures.kept()

    written = page.PAGE.read_text("utf-8")

    assert page.fresh(written, columns) == written, "python -m tests.benchmarks.growth.page"
    assert page.PICTURE.read_text("utf-8") == page.picture(columns)
