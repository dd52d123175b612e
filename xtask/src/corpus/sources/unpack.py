"""Unpacks code and metadata of Debian's source packages:
unpack.py FOLDER LOCK ARCHIVES EXTENSION...

LOCK names packages, versions and the SHA-256 of each package's description, which has
those of its archives. Files that end in one of the extensions are code.
"""

import hashlib
import pathlib
import re
import sys
import tarfile

METADATA = ("debian/changelog", "debian/control", "debian/copyright")
# Longer files are no code that a person wrote.
MOST_BYTES = 1 << 20


def checked(path, expected):
    """The bytes of an archive, if they are the ones expected."""
    content = path.read_bytes()
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        sys.exit(f"{path.name} has SHA-256 {got}, expected {expected}")
    return content


def files_of(description):
    """Names and SHA-256 of the archives in a package's description."""
    section = re.search(r"^Checksums-Sha256: *((?:\n .*)+)", description, re.MULTILINE)
    for line in section.group(1).strip().splitlines():
        sha256, _, name = line.split()
        yield name, sha256


def code(path, extensions):
    """Where a file of the authors' archive goes: the outer folder is its version."""
    inside = path.partition("/")[2]
    wanted = inside.endswith(extensions) and not inside.startswith("debian/")
    return inside if wanted else None


def metadata(path):
    """Where a file of Debian's archive goes: there `debian` is the outer folder."""
    return path if path in METADATA else None


def native(path, extensions):
    """The same where both are one archive."""
    inside = path.partition("/")[2]
    return metadata(inside) or code(path, extensions)


def unpack(archive, place, folder):
    """Writes those files of an archive that `place` has a place for."""
    with tarfile.open(archive) as files:
        for file in files:
            path = place(file.name.removeprefix("./"))
            if path is None or not file.isfile() or ".." in path.split("/"):
                continue
            if file.size <= MOST_BYTES:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(files.extractfile(file).read())


def main(folder, lock, archives, *extensions):
    folder, lock, archives = map(pathlib.Path, (folder, lock, archives))
    extensions = tuple(f".{extension}" for extension in extensions)
    for line in lock.read_text().splitlines():
        package, version, expected = line.split()
        stem = f"{package}_{version.partition(':')[2] or version}"
        description = archives / f"{stem}.dsc"
        if not description.exists():
            sys.exit(f"{stem} was not fetched")
        for name, sha256 in files_of(checked(description, expected).decode()):
            if re.search(r"\.orig\.tar\.\w+$", name):
                place = lambda path: code(path, extensions)
            elif re.search(r"\.debian\.tar\.\w+$", name):
                place = metadata
            elif re.fullmatch(re.escape(stem) + r"\.tar\.\w+", name):
                place = lambda path: native(path, extensions)
            else:
                # Signatures, and what belongs to it but lies in an archive of its own.
                continue
            checked(archives / name, sha256)
            unpack(archives / name, place, folder / stem)


main(*sys.argv[1:])
