"""Recipes are read from archives, folders and arrays, within limits; nothing is ever unpacked."""

import gzip
import io
import os
import random
import stat
import tarfile
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.errors import UsageError
from mocktailverse.sources.opendrinks import byte_source, recipe_files, zip_archive
from mocktailverse.sources.opendrinks.byte_source import FILE_BYTES, ArchiveError
from mocktailverse.sources.opendrinks.recipe_files import recipes_at, recipes_in

PICTURE = random.Random(1).randbytes(1024 * 1024)

FILES = {
    "repo-master/README.md": b"# Readme",
    "repo-master/package.json": b'{"name": "repo"}',
    "repo-master/.history/src/recipes/old.json": b'{"name": "Old"}',
    "repo-master/src/recipes/mojito.json": b'{"name": "Mojito"}',
    "repo-master/src/recipes/more/negroni.JSON": b'{"name": "Negroni"}',
    "repo-master/src/recipes/._mojito.json": b"\0\0",
    "repo-master/src/recipes/readme.txt": b"text",
    "repo-master/src/assets/recipes/mojito.jpg": PICTURE[:70_000],
}
RECIPES = {"mojito.json": b'{"name": "Mojito"}', "more/negroni.JSON": b'{"name": "Negroni"}'}


def tar_of(files, edit=lambda _info: None, form=tarfile.PAX_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            edit(info)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zip_of(files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def read(data: bytes, chunk=1000):
    chunks = (data[start : start + chunk] for start in range(0, len(data), chunk))
    return {recipe.name: recipe.content for recipe in recipes_in(chunks).files}


@pytest.mark.parametrize(
    "data",
    [
        tar_of(FILES),
        tar_of(FILES, form=tarfile.GNU_FORMAT),
        tar_of(FILES, form=tarfile.USTAR_FORMAT),
        gzip.compress(tar_of(FILES), mtime=0),
        zip_of(FILES),
        gzip.compress(tar_of(FILES)[:5000], mtime=0) + gzip.compress(tar_of(FILES)[5000:], mtime=0),
    ],
    ids=["tar", "gnu", "ustar", "tar.gz", "zip", "members"],
)
@pytest.mark.parametrize("chunk", [1, 511, 10**6])
def test_the_recipes_of_a_repository_are_found_in_every_kind_of_archive(data, chunk):
    assert read(data, chunk) == RECIPES


def test_all_json_files_are_recipes_in_an_archive_without_the_folder():
    files = {"a.json": b"1", "x/b.json": b"2", "c.txt": b"3"}
    assert read(zip_of(files)) == read(tar_of(files)) == {"a.json": b"1", "x/b.json": b"2"}


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_are_read_and_cut_without_becoming_equal(form):
    files = {f"{'d/' * 200}{'n' * 150}{end}.json": b"{}" for end in "ab"}
    names = list(read(tar_of(files, form=form)))
    assert len(set(names)) == 2
    assert all(len(name) < 350 and name.endswith(".json") for name in names)


@pytest.mark.parametrize("name", ["../../../tmp/x.json", "/etc/x.json", "..\\x.json", "a\nb.json"])
def test_a_hostile_name_is_only_a_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert list(read(tar_of({name: b"{}"})).values()) == [b"{}"]
    assert list(read(zip_of({name: b"{}"})).values()) == [b"{}"]
    assert list(tmp_path.iterdir()) == []


def skipped(data: bytes) -> int:
    return recipes_in([data]).skipped


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (tarfile.SYMTYPE, 1), (tarfile.LNKTYPE, 1), (tarfile.CHRTYPE, 1), (tarfile.FIFOTYPE, 1),
        (tarfile.DIRTYPE, 0), (b"V", 1), (b"?", 1),
    ],
)  # fmt: skip
def test_special_files_of_a_tar_archive_are_skipped_and_counted(kind, number, form):
    def edit(info):
        if info.name == "link.json":
            info.type, info.linkname, info.size = kind, "../" * 90 + "etc/passwd", 0

    data = tar_of({"link.json": b"", "a.json": b"{}"}, edit, form)
    assert (read(data), skipped(data)) == ({"a.json": b"{}"}, number)


def test_a_long_link_with_a_long_name_does_not_move_its_neighbours():
    name = f"{'d/' * 99}x.json"

    def edit(info):
        if info.name == name:
            info.type, info.linkname = tarfile.SYMTYPE, "t" * 700

    data = tar_of({"a.json": b"{}", name: b"", "b.json": b"[]"}, edit, tarfile.GNU_FORMAT)
    assert data.count(b"././@LongLink") == 2, "one header of type L and one of type K"
    assert (read(data), skipped(data)) == ({"a.json": b"{}", "b.json": b"[]"}, 1)


def with_byte(header: bytes, place: int, value: int) -> bytes:
    """Return a tar header with a byte replaced, and its checksum corrected."""
    edited = bytearray(header)
    edited[place] = value
    edited[148:156] = b" " * 8
    edited[148:156] = b"%06o\0 " % sum(edited[:512])
    return bytes(edited)


@pytest.mark.parametrize("kind", [tarfile.XGLTYPE, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE])
def test_extended_headers_of_any_size_below_the_limit_are_read(kind):
    """As git archive (the commit) and macOS (attributes of files) write them."""
    fields = {"comment": "c0ffee", "LIBARCHIVE.xattr.com.apple.x": "x" * 200_000}
    header = with_byte(tarfile.TarInfo.create_pax_global_header(fields), 156, ord(kind))
    assert read(header + tar_of({"a.json": b"{}"})) == {"a.json": b"{}"}


@pytest.mark.parametrize("blocks", [0, 2])
def test_a_sparse_file_of_gnu_tar_is_skipped_with_its_map(blocks):
    header = tarfile.TarInfo("sparse.json")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, 600
    head = with_byte(header.tobuf(tarfile.GNU_FORMAT), 482, blocks > 0)
    maps = b"".join(bytes(504) + bytes([n < blocks]) + bytes(7) for n in range(1, blocks + 1))
    data = head + maps + b"x" * 1024 + tar_of({"a.json": b"{}"})
    assert (read(data), skipped(data)) == ({"a.json": b"{}"}, 1)


def test_a_sparse_file_of_a_pax_archive_is_skipped():
    def edit(info):
        if info.name.endswith("s.json"):
            info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": "s.json"}

    data = tar_of({"GNUSparseFile.0/s.json": b"1\n0\n", "a.json": b"{}"}, edit)
    assert (read(data), skipped(data)) == ({"a.json": b"{}"}, 1)


def test_links_of_a_zip_archive_are_skipped_and_counted():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("link.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("a.json", "{}")
    data = packed.getvalue()
    assert (read(data), skipped(data)) == ({"a.json": b"{}"}, 1)


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_a_file_that_is_too_large_is_kept_as_its_size_alone(pack):
    big = b"x" * (FILE_BYTES + 1)
    recipes = recipes_in([pack({"big.json": big, "a.json": b"{}"})]).files
    assert [(one.name, one.size, one.content) for one in recipes] == [
        ("big.json", len(big), None),
        ("a.json", 2, b"{}"),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "It is empty"),
        (b" \n", "It is empty"),
        (b"<!DOCTYPE html><html></html>", "This is a web page or XML, not an archive"),
        (gzip.compress(b"<html>", mtime=0), "This is a web page or XML, not an archive"),
        (b"BZh91AY&SY", "compressed with bzip2"),
        (b"\xfd7zXZ\0\0", "compressed with xz"),
        (b"hello", "This is not an archive"),
        (b"PK\x03\x04 and nothing", "damaged or incomplete"),
        (gzip.compress(tar_of(FILES), mtime=0)[:-5000], "The gzip data is incomplete"),
        (gzip.compress(tar_of(FILES), mtime=0)[:-8] + b"x" * 8, "The gzip data is damaged"),
        (tar_of(FILES)[:3000], "damaged or incomplete"),
        (tar_of(FILES)[:1024], "damaged or incomplete"),
        (tar_of(FILES)[:1024] + b"x" * 512 + tar_of(FILES)[1536:], "damaged or incomplete"),
        (zip_of(FILES)[:-40], "damaged or incomplete"),
        (tar_of({"a.txt": b""}), "No recipe was found"),
        (zip_of({"a.txt": b""}), "No recipe was found"),
        (b"[]", "The JSON array is empty"),
        (b"[1, ", "pass the file to `mocktailverse ingest --source opendrinks`."),
        (b'{"name": ', "The JSON object is not valid"),
    ],
)
def test_what_is_not_a_whole_archive_is_a_clear_error(data, words):
    with pytest.raises(ArchiveError, match=words):
        read(data)


def test_an_encrypted_zip_archive_is_a_clear_error():
    data = bytearray(zip_of({"a.json": b"{}"}))
    data[6] |= 1  # the flag in the file's header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    with pytest.raises(ArchiveError, match="encrypted"):
        read(bytes(data))


def test_a_decompression_bomb_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(recipe_files, "UNPACKED_BYTES", 1024 * 1024)
    bomb = gzip.compress(tar_of({"a.jpg": bytes(3 * 1024 * 1024)}))
    with pytest.raises(ArchiveError, match="The unpacked archive is larger than 1 MiB"):
        read(bomb)


def test_a_large_archive_is_refused(monkeypatch):
    monkeypatch.setattr(recipe_files, "ARCHIVE_BYTES", 1024 * 1024)
    with pytest.raises(ArchiveError, match="The archive is larger than 1 MiB"):
        read(tar_of({"a.jpg": bytes(2 * 1024 * 1024)}))


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_an_archive_with_too_many_members_is_refused(pack, monkeypatch):
    monkeypatch.setattr(byte_source, "MEMBERS_LIMIT", 3)
    with pytest.raises(ArchiveError, match="more than 3 files"):
        read(pack({f"{n}.txt": b"" for n in range(4)}))


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_recipes_that_do_not_fit_into_the_memory_are_refused(pack, monkeypatch):
    monkeypatch.setattr(recipe_files, "RECIPES_BYTES", 100)
    with pytest.raises(ArchiveError, match="The JSON files have more than"):
        read(pack({f"{n}.json": b"x" * 60 for n in range(2)}))


def test_a_zip_archive_whose_directory_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(zip_archive, "_DIRECTORY_BYTES", 100)
    with pytest.raises(ArchiveError, match="directory has"):
        read(zip_of(FILES))


def test_a_tar_header_that_is_too_large_is_refused():
    with pytest.raises(ArchiveError, match="a header of"):
        read(tar_of({"n" * 2**20 + ".json": b"{}"}))


@pytest.mark.parametrize(
    ("data", "contents"),
    [
        (b'[{"name": "A"},\n {"name": "B"}]', [b'{"name": "A"}', b'{"name": "B"}']),
        (b'\xef\xbb\xbf[{"name": "A"}]', [b'{"name": "A"}']),
        (gzip.compress(b'[{"name": "A"}]', mtime=0), [b'{"name": "A"}']),
        (b'{"name": "A"}\n\n{"name":', [b'{"name": "A"}', b'{"name":']),
        (b'{\n"name": "A"\n}', [b'{\n"name": "A"\n}']),
        (b"[1, null]", [b"1", b"null"]),
    ],
)
def test_arrays_objects_and_lines_are_recipes_without_a_file_name(data, contents):
    assert [(one.name, one.content) for one in recipes_in([data]).files] == [
        (None, content) for content in contents
    ]


def test_a_folder_is_read_without_its_links(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    recipes = tmp_path / "repo-master" / "src" / "recipes"
    (recipes / "link.json").symlink_to("/etc/passwd")
    os.mkfifo(recipes / "pipe.json")
    assert {one.name: one.content for one in recipes_at(tmp_path).files} == RECIPES
    assert {one.name: one.content for one in recipes_at(recipes).files} == RECIPES
    assert recipes_at(recipes).skipped == 2


def test_a_clone_may_have_any_number_of_other_files(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_source, "MEMBERS_LIMIT", 3)
    modules, recipes = tmp_path / "node_modules", tmp_path / "src" / "recipes"
    for folder in (modules, recipes):
        folder.mkdir(parents=True)
    for n in range(4):
        (modules / f"{n}.json").write_bytes(b"{}")
    (recipes / "a.json").write_bytes(b"{}")
    assert [one.name for one in recipes_at(tmp_path).files] == ["a.json"]


def test_a_folder_that_cannot_be_read_within_another_is_a_clear_error(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_bytes(b"{}")

    def scandir(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        recipes_at(tmp_path)


def test_a_path_that_cannot_be_read_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        recipes_at(tmp_path / "none")


@given(st.binary(max_size=600) | st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data))
def test_any_bytes_are_recipes_or_a_clear_error(data):
    try:
        recipes = recipes_in([data]).files
    except ArchiveError:
        return
    assert recipes


@given(
    st.sampled_from([tar_of(FILES), gzip.compress(tar_of(FILES), mtime=0), zip_of(FILES)]),
    st.data(),
)
def test_a_damaged_archive_loses_no_recipe_without_an_error(whole, data):
    """Cut at any byte, or with any byte changed: all names are there, or it is an error."""
    place = data.draw(st.integers(0, len(whole) - 1))
    try:
        cut = read(whole[:place], 10**6)
    except ArchiveError:
        cut = RECIPES
    assert cut.keys() == RECIPES.keys()


def test_pictures_are_skipped_without_being_kept():
    """The archive has 60 MiB of pictures; at most a few of its chunks are in memory."""
    picture = tar_of({"p.jpg": PICTURE})[: 512 + len(PICTURE)]

    def chunks():
        for _ in range(60):
            yield picture
        yield tar_of({"a.json": b"{}"})

    tracemalloc.start()
    try:
        recipes = recipes_in(chunks()).files
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [recipe.name for recipe in recipes] == ["a.json"]
    assert most < 8 * len(picture)
