"""Publishing by changes: copies get what they lacked, and only that, whatever their version."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.changes import head as heads
from mocktailverse.catalogue.changes import publication as module
from mocktailverse.catalogue.changes.head import CataloguePart, Head
from mocktailverse.catalogue.changes.row_edits import RowEdit, pack, touched_rows, unpack
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.errors import CatalogueError, ConflictError, MissingError
from strategies.effort import examples

TABLES = (
    *("drinks", "drink_ingredients", "tags", "drink_spirits", "drink_name_keys"),
    *("ingredients", "ingredient_kinds", "meta"),
)
NAMES = ["Gin", "Rum", "White rum", "Lime juice", "Own syrup"]


def content(path):
    """Return all that a catalogue file says, and what its full-text index finds."""
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        file.execute("INSERT INTO drink_texts (drink_texts) VALUES ('integrity-check')")
        rows = {table: sorted(file.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}  # noqa: S608 - the names above
        texts = "SELECT rowid, name, ingredients, instructions, tags FROM drink_texts"
        return rows, sorted(file.execute(texts))


class Editor:
    """Publishes random changes of drinks from a copy of its own."""

    def __init__(self, published, folder, make_drink, seed=0):
        self.published = published
        self.path = folder / "editor"
        self.make_drink = make_drink
        self.choose = random.Random(seed)
        self.state = None

    def build(self, names=()):
        with CatalogueWriter.create(self.path) as writer:
            writer.put(self.make_drink(name, "Gin") for name in names)
            writer.seal(version=catalogue_version(1), built_at=1, table="drinks")
        self.state = self.published.upload(self.path, replacing=self.published.etag())

    def publish(self, *drinks, removed=()):
        with CatalogueWriter.open(self.path) as writer:
            writer.put(drinks)
            writer.remove(removed)
            meta = writer.seal(
                version=catalogue_version(1), built_at=1, table="drinks", commit=False
            )
            self.state = self.published.append(self.state, meta.version, pack(writer.edits))
            writer.commit()

    def publish_anything(self):
        choose = self.choose
        drinks = [
            self.make_drink(
                f"Mix {choose.randint(1, 6)}",
                *choose.sample(NAMES, choose.randint(1, 3)),
                category=choose.choice(["Shot", "Cocktail"]),
                tags=tuple(choose.sample(["A", "B"], choose.randint(0, 2))),
                withdrawn_at=choose.choice([None, None, 5]),
            )
            for _ in range(choose.randint(0, 3))
        ]
        drinks = [
            msgspec.structs.replace(drink, content_hash=str(choose.random())) for drink in drinks
        ]
        self.publish(*drinks, removed=[f"test:Mix {choose.randint(1, 6)}"])
        self.state = self.published.add_snapshot_if_due(self.state, self.path)


@pytest.fixture
def published(new_published):
    return new_published()


@pytest.fixture
def editor(published, tmp_path, make_drink):
    """Return an editor that has published two drinks."""
    editor = Editor(published, tmp_path, make_drink)
    editor.build(["Mix 1", "Mix 2"])
    return editor


@settings(max_examples=examples(30), deadline=None)
@given(
    seed=st.integers(0, 2**32),
    most=st.integers(1, 5),
    kept=st.integers(1, 5),
    copies=st.integers(1, 3),
)
def test_copies_of_any_versions_become_the_published_file(
    new_published, make_drink, seed, most, kept, copies
):
    """Also where snapshots are frequent, so that old copies have to take one."""
    choose, published = random.Random(seed), new_published()
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "MOST_CHANGES", most)
        patch.setattr(heads, "KEPT_CHANGES", kept)
        editor = Editor(published, Path(name), make_drink, seed)
        editor.build(["Mix 1"])
        paths = [Path(name, f"copy {number}") for number in range(copies)]
        etags, updated = dict.fromkeys(paths), dict.fromkeys(paths, 0)
        for number in range(1, 13):
            editor.publish_anything()
            path = choose.choice(paths)
            later = [one for one in paths if updated[one] >= updated[path] and one.exists()]
            base = choose.choice([None, *later])
            before = rows_of(base or path)
            state = published.download(path, unless=etags[path], base=base)
            etags[path], updated[path] = state.etag, number
            assert content(path) == content(editor.path)
            if state.changed_rows is not None:
                assert differing(before, rows_of(path)) <= state.changed_rows
            assert published.download(path, unless=state.etag) is None


def rows_of(path):
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as file:
        return {row: rest for row, *rest in file.execute("SELECT * FROM drinks")}


def differing(one, other):
    return {row for row in one.keys() | other.keys() if one.get(row) != other.get(row)}


def test_a_copy_reads_the_head_and_the_changes_that_it_lacks(editor, published, tmp_path):
    state = published.download(tmp_path / "copy")
    editor.publish_anything()
    editor.publish_anything()
    reads = published.objects.reads
    reads.clear()
    assert published.download(tmp_path / "copy", unless=state.etag)
    assert reads[0] == published.name
    assert set(reads[1:]) == {part.key for part in editor.state.head.changes}


def test_a_new_copy_begins_with_the_one_that_is_read(editor, published, tmp_path):
    published.download(tmp_path / "read")
    before = (tmp_path / "read").read_bytes()
    editor.publish_anything()
    published.objects.reads.clear()
    state = published.download(tmp_path / "new", base=tmp_path / "read")
    assert state.changed_rows is not None
    assert not [key for key in published.objects.reads if key.endswith(".sqlite")]
    assert (tmp_path / "read").read_bytes() == before
    assert content(tmp_path / "new") == content(editor.path)


@pytest.mark.parametrize("damage", [b"", b"not a catalogue", None])
def test_a_damaged_copy_takes_the_snapshot(editor, published, tmp_path, damage):
    path = tmp_path / "copy"
    published.download(path)
    editor.publish_anything()
    if damage is None:  # its version can be read, and no change be made
        with closing(sqlite3.connect(path)) as file:
            file.execute("DROP TABLE tags")
    else:
        path.write_bytes(damage)
    assert published.download(path).changed_rows is None
    assert content(path) == content(editor.path)


def test_a_refused_head_leaves_what_is_published(editor, published, tmp_path, make_drink):
    rival = Editor(published, tmp_path / "rival", make_drink)
    rival.path.parent.mkdir()
    rival.state = published.download(rival.path)
    editor.publish(make_drink("Mix 3", "Rum"))
    with pytest.raises(ConflictError):
        rival.publish(make_drink("Mix 4", "Rum"))
    rival.state = published.download(rival.path)
    assert content(rival.path) == content(editor.path), "its own edits did not last"
    rival.publish(make_drink("Mix 4", "Rum"))
    published.download(tmp_path / "copy")
    with closing(Catalogue(tmp_path / "copy")) as catalogue:
        assert {drink.name for drink in catalogue.all_drinks()} == {f"Mix {n}" for n in range(1, 5)}


@pytest.mark.parametrize("stored", [b"{}", b"not a head", b'{"snapshot": 1}'])
def test_a_damaged_head_is_reported(published, tmp_path, stored):
    published.objects.add(published.name, stored)
    with pytest.raises(CatalogueError, match="head cannot be read"):
        published.download(tmp_path / "copy")


@pytest.mark.parametrize("stored", [b"", b"cut off", pack([])])
def test_a_damaged_change_is_reported(editor, published, tmp_path, stored):
    editor.publish_anything()
    (part,) = editor.state.head.changes
    published.objects.contents[part.key] = stored
    with pytest.raises(CatalogueError):
        published.download(tmp_path / "copy")


@pytest.mark.parametrize("kind", [".sqlite", ".gz"])
def test_a_missing_part_is_reported(editor, published, tmp_path, kind):
    editor.publish_anything()
    for key in [key for key in published.objects.contents if key.endswith(kind)]:
        published.objects.delete(key)
    with pytest.raises(CatalogueError, match="part of the catalogue is missing"):
        published.download(tmp_path / "copy")


def test_a_reader_whose_parts_were_swept_meanwhile_takes_the_newer_head(
    editor, published, tmp_path, monkeypatch
):
    """It has read a head; before it reads the snapshot, a newer one was published."""
    objects, save = published.objects, published.objects.save

    def save_late(key, path, **options):
        monkeypatch.setattr(objects, "save", save)
        objects.delete(key)
        editor.build(["Mix 5"])
        return save(key, path, **options)

    monkeypatch.setattr(objects, "save", save_late)
    published.download(tmp_path / "copy")
    assert content(tmp_path / "copy") == content(editor.path)


def test_only_what_was_superseded_an_hour_before_a_snapshot_is_deleted(
    editor, published, monkeypatch
):
    monkeypatch.setattr(heads, "MOST_CHANGES", 2)
    objects = published.objects
    objects.add("catalogue-4/0-orphan.ndjson.gz", b"of a publisher that has ended")
    objects.add("catalogue-5/0-other.ndjson.gz", b"of another format")
    objects.now = module.SWEEP_AGE_S
    for _ in range(2):
        editor.publish_anything()
    assert "catalogue-4/0-orphan.ndjson.gz" in objects.contents, "readers may be loading it"
    objects.now += 1
    editor.publish_anything()
    editor.publish_anything()
    head = editor.state.head
    named = {head.snapshot.key, *(part.key for part in head.changes)}
    assert named <= objects.contents.keys()
    assert "catalogue-4/0-orphan.ndjson.gz" not in objects.contents
    assert "catalogue-5/0-other.ndjson.gz" in objects.contents
    snapshots = [key for key in objects.contents if key.endswith(".sqlite")]
    assert len(snapshots) == 2, "the last one, and the one before that was named just now"


def test_nothing_published_is_missing(published, tmp_path):
    with pytest.raises(MissingError):
        published.download(tmp_path / "copy")
    assert published.etag() is None


def test_only_a_sealed_catalogue_is_uploaded(published, tmp_path):
    (tmp_path / "other").write_bytes(b"not a catalogue")
    with pytest.raises(CatalogueError, match="not a sealed catalogue"):
        published.upload(tmp_path / "other", replacing=None)
    assert published.etag() is None


# ---- heads


def part(version, size=1):
    return CataloguePart(f"catalogue-4/{version}", version, size)


def test_a_head_forgets_changes_long_before_its_snapshot(monkeypatch):
    monkeypatch.setattr(heads, "MOST_CHANGES", 2)
    monkeypatch.setattr(heads, "KEPT_CHANGES", 2)
    head = Head(part("0"))
    for number in range(1, 8):
        head = head.with_change(part(str(number)))
        if head.needs_snapshot:
            head = head.with_snapshot(part(head.version))
    assert head.version == "7"
    assert head.snapshot.version == "6"
    assert [one.version for one in head.since_snapshot] == ["7"]
    assert [one.version for one in head.changes_after("5")] == ["6", "7"]
    assert head.changes_after("7") == ()
    assert head.changes_after("1") is None
    assert head.changes_after("unknown") is None


@pytest.mark.parametrize(
    ("snapshot", "changes", "is_due"),
    [
        (1, [1] * 127, False),
        (1, [1] * 128, True),
        (1, [1_000_000], False),
        (1, [1_000_000, 1], True),
        (128_000_000, [1_000_000, 1_000_000], False),
        (128_000_000, [1_000_000, 1_000_001], True),
    ],
)
def test_a_snapshot_is_due_after_many_or_large_changes(snapshot, changes, is_due):
    head = Head(part("0", snapshot))
    for number, size in enumerate(changes, 1):
        head = head.with_change(part(str(number), size))
    assert head.needs_snapshot == is_due


# ---- edits


VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


@given(rows=st.lists(st.tuples(st.integers(), VALUES)))
def test_stored_edits_are_read_unchanged_and_packed_alike(rows):
    edits = [RowEdit("insert", "drinks", ("row", "name"), rows)]
    assert pack(edits) == pack(edits)
    assert unpack(pack(edits)) == (edits if rows else [])


def test_the_rows_of_drinks_that_edits_touch_are_known():
    edits = [
        RowEdit("insert", "drinks", ("row", "name"), [(7, "a"), (8, "b")]),
        RowEdit("update", "drinks", ("name", "row"), [("c", 3)]),
        RowEdit("delete", "drinks", ("row",), [(1,)]),
        RowEdit("delete", "tags", ("drink_id",), [("x",)]),
    ]
    assert touched_rows(edits) == {1, 3, 7, 8}


def test_an_edit_names_tables_and_columns_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / "file")) as file:
        file.execute("CREATE TABLE drinks (row)")
        edit = RowEdit("delete", "drinks; DROP TABLE drinks; --", ("row",), [(1,)])
        with pytest.raises(CatalogueError, match="names no table"):
            edit.apply(file)
        assert file.execute("SELECT count(*) FROM drinks").fetchone() == (0,)
