"""The translator: the dictionary under three menus."""

from __future__ import annotations

import re

import pytest

from adaptive import frameworks, translator
from adaptive.explorer.translator import sources

ALGORITHMS = frameworks.ALGORITHMS

#: Who has what beside the book's ten, which everybody has.
HAVE = {
    "AdamW": {"book", "torch", "optax", "keras"},
    "RAdam": {"torch", "optax"},
    "Adafactor": {"torch", "optax", "keras"},
    "Lion": {"book", "optax", "keras"},
    "ScheduleFree": {"book", "optax"},
    "ScheduleFreeAdamW": {"optax", "keras"},
    "LAMB": {"book", "optax", "keras"},
    "Prodigy": {"book", "optax"},
    "Muon": {"book", "torch", "optax", "keras"},
}


@pytest.fixture(scope="module")
def ways():
    """Return what the page is told: by algorithm, whose path, where."""
    return translator()._spec()["ways"]


def test_every_pair_of_the_dictionary_is_there_but_for_optax_s_adadelta(ways):
    everybody = {"book", "torch", "optax", "keras"}
    assert list(ways) == list(ALGORITHMS)
    for name, found in ways.items():
        uphill = {"optax"} if name == "Adadelta" else set()
        assert set(found) == HAVE.get(name, everybody - uphill)
        for source, targets in found.items():
            assert set(targets) == everybody - {"book", source}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_it_shows_what_the_entry_of_the_dictionary_says(ways, name):
    page = frameworks.entry(name)._repr_markdown_()
    for source, targets in ways[name].items():
        for target, (theirs, ours, said) in targets.items():
            assert "as it comes." in said or ours == "# nothing to write" or ours in page
            if source != "book":
                assert theirs == frameworks.recorded(source, name).code
            way = frameworks.entry(name).translation(source, target)
            assert ("exported rule" in said) == (way.how == "exported") == ("export." in ours)
            assert ("is not exported" in said) == (way.how == "nothing") == (way.code == "")
            assert ("none of this name" in said) == (way.before is None)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_how_near_it_comes_is_what_the_records_say(name):
    """Computed from the paths, without the class that the figure uses."""
    entry = frameworks.entry(name)
    problem = "matrix" if name in HAVE else "circles"
    for source in sources(name):
        book = entry.forms()["book"] if source == "book" else None
        aim = book or frameworks.recorded(source, name, problem)
        for target in {"torch", "optax", "keras"} - {source}:
            way = entry.translation(source, target)
            if target not in HAVE.get(name, {target}):
                assert way.before is None and way.how in ("exported", "nothing")
                continue
            default = frameworks.recorded(target, name, problem)
            assert way.before == default.distance(aim)
            if way.how == "changed":
                setting = "matched" if source == "book" else f"as {source}"
                record = frameworks.recorded(target, name, problem, setting)
                assert (way.code, way.after) == (record.code, record.distance(aim))
                assert way.code != default.code
                assert way.after < way.before
            elif way.how == "as it comes":
                assert (way.code, way.after) == (default.code, way.before)
                assert way.after < 1e-12
            else:
                assert way.before > 1e-12


def test_the_first_choice_is_in_the_page_before_any_script():
    page = translator("Adam", "optax", "torch").to_html()
    chosen = re.findall(r'<option value="(\w+)" selected>', page)
    assert chosen == ["Adam", "optax", "torch"]
    assert frameworks.recorded("optax", "Adam").code in page


def test_what_cannot_be_followed_cannot_be_chosen():
    assert '<option value="optax" disabled>' in translator("Adadelta").to_html()
    assert "disabled" not in translator("Adam")._picture()
    page = translator("RAdam", "torch", "keras").to_html()
    assert {*re.findall(r'<option value="(\w+)" disabled>', page)} == {"book", "keras"}


# --------------------------------------------------------------------------- in a browser


@pytest.fixture
def figure(visit, tmp_path):
    path = tmp_path / "translator.html"
    path.write_text(translator("RMSprop", "torch", "keras").to_page(), encoding="utf-8")
    page = visit.open(path)
    yield page
    visit.assert_clean()


def _shown(page):
    return [page.locator(f".{part}").inner_text() for part in ("theirs", "ours", "said")]


def _choose(page, **choices):
    for name, value in choices.items():
        page.locator(f'select[name="{name}"]').select_option(value)


def _chosen(page):
    return [
        page.locator(f'select[name="{name}"]').input_value()
        for name in ("algorithm", "source", "target")
    ]


def test_menus_lead_to_the_lines(figure, ways):
    for choice in (("Adam", "book", "keras"), ("NAG", "keras", "torch")):
        _choose(figure, algorithm=choice[0], source=choice[1], target=choice[2])
        assert _chosen(figure) == list(choice)
        assert _shown(figure) == list(ways[choice[0]][choice[1]][choice[2]])


def test_from_and_to_change_places_where_they_would_be_the_same(figure, ways):
    _choose(figure, target="torch")
    assert _chosen(figure) == ["RMSprop", "keras", "torch"]
    _choose(figure, source="torch")
    assert _chosen(figure) == ["RMSprop", "torch", "keras"]
    # The book is no place to write in: to follow Keras from there, another is taken.
    _choose(figure, source="book")
    _choose(figure, source="keras")
    assert _chosen(figure) == ["RMSprop", "keras", "torch"]
    assert _shown(figure) == list(ways["RMSprop"]["keras"]["torch"])


def test_an_algorithm_without_such_a_form_gives_the_book_s(figure, ways):
    _choose(figure, source="optax")
    _choose(figure, algorithm="Adadelta")
    assert _chosen(figure) == ["Adadelta", "book", "keras"]
    assert _shown(figure) == list(ways["Adadelta"]["book"]["keras"])
    assert figure.locator('select[name="source"] option[value="optax"]').is_disabled()
    _choose(figure, algorithm="Adam")
    assert figure.locator('select[name="source"] option[value="optax"]').is_enabled()


def test_what_the_book_does_not_have_is_taken_from_a_framework(figure, ways):
    _choose(figure, source="book", algorithm="RAdam")
    assert _chosen(figure) == ["RAdam", "torch", "keras"]
    assert _shown(figure) == list(ways["RAdam"]["torch"]["keras"])
    # Keras has none, so the two cannot change places.
    _choose(figure, target="torch")
    assert _chosen(figure) == ["RAdam", "optax", "torch"]
    assert _shown(figure) == list(ways["RAdam"]["optax"]["torch"])


def test_what_nothing_follows_says_so(figure):
    _choose(figure, algorithm="Prodigy", source="book", target="torch")
    said = _shown(figure)[2]
    assert said == "PyTorch has none of this name, and what works on whole arrays is not exported."


def test_it_is_as_it_was_when_the_reader_comes_back(figure):
    _choose(figure, algorithm="AdaMax", target="optax")
    figure.reload()
    assert _chosen(figure) == ["AdaMax", "torch", "optax"]
