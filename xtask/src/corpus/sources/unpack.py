"""Unpacks what authors released and Debian knows of it: FOLDER LOCK ARCHIVES EXTENSION...

A line of LOCK names a source package, its version and the SHA-256 of the authors' archive,
and a package that is built from it, its version and SHA-256: there copyright and control
file are. Files that end in one of the extensions are code.
"""

import pathlib
import sys

# Longer files are no code that a person wrote.
MOST_BYTES = 1 << 20


def code(path, file, extensions):
    """Where a file of the authors' archive goes: the outer folder is its version."""
    inside = path.partition("/")[2]
    wanted = inside.endswith(extensions) and file.size <= MOST_BYTES
    return inside if wanted and not inside.startswith("debian/") else None


def main(folder, lock, archives, *extensions):
    folder, lock, archives = map(pathlib.Path, (folder, lock, archives))
    extensions = tuple(f".{extension}" for extension in extensions)
    for line in lock.read_text().splitlines():
        source, version, of_source, built, of_built, sha256 = line.split()
        authors = version.partition(":")[2] or version
        stem = f"{source}_{authors.rpartition('-')[0]}"
        released = checked(the_one(archives, f"{stem}.orig.tar.*[z2]"), of_source)
        unpack(released, lambda path, file: code(path, file, extensions), folder / stem)
        name = f"{built}_{of_built.replace(':', '%3a')}_*.deb"
        deb = checked(the_one(archives, name), sha256)
        unpack_package(deb, lambda path, _: metadata(path, built), folder / stem)


main(*sys.argv[1:])
