"""The generated class is the same each time, and has what a class has."""

from __future__ import annotations

from tests.course.class_of import ODD, write_submissions


def test_a_class_is_made_again_and_holds_what_goes_wrong(tmp_path):
    made = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        write_submissions(folder, 2 * ODD + 1)
        texts = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}
        # Notebooks get new ids where they have none; these have theirs.
        made.append(texts)
    assert made[0] == made[1]
    texts = list(made[0].values())
    assert texts[0] == "{"
    assert "while True" in texts[ODD]
    assert "os._exit" in texts[2 * ODD]
    assert len(set(texts)) == len(texts)
    assert "BEGIN SOLUTION" not in "".join(texts)
