"""Unpacks code and metadata of Debian's Go packages: FOLDER LOCK ARCHIVES

LOCK names packages, versions and SHA-256. What lies in a package below the folder of
Go sources is code; its control file and copyright are laid where a source package has
them.
"""

import pathlib
import sys

SOURCES = "usr/share/gocode/src/"


def place(path, package):
    """Where the file at `path` of a package goes; None for what is not wanted."""
    if path.startswith(SOURCES) and path.endswith(".go"):
        return path.removeprefix(SOURCES)
    return metadata(path, package)


def main(folder, lock, archives):
    for line in lock.read_text().splitlines():
        package, version, expected = line.split()
        stem = f"{package}_{version.replace(':', '%3a')}"
        deb = checked(the_one(archives, f"{stem}_*.deb"), expected)
        unpack_package(deb, lambda path, _: place(path, package), folder / stem)


main(*map(pathlib.Path, sys.argv[1:]))
