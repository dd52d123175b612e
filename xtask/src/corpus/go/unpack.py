"""Unpacks code and metadata of Debian's Go packages: unpack.py FOLDER LOCK ARCHIVES

LOCK names packages, versions and SHA-256. What lies in a package below the folder of
Go sources is code; its control file and copyright are laid where a source package has
them.
"""

import hashlib
import io
import pathlib
import sys
import tarfile

SOURCES = "usr/share/gocode/src/"


def members(archive):
    """Names and contents of an ar archive, as Debian's packages are."""
    if not archive.startswith(b"!<arch>\n"):
        sys.exit("this is no package")
    at = 8
    while at + 60 <= len(archive):
        name = archive[at:at + 16].decode().strip().rstrip("/")
        size = int(archive[at + 48:at + 58])
        yield name, archive[at + 60:at + 60 + size]
        at += 60 + size + size % 2


def place(path, package):
    """Where the file at `path` of a package goes; None for what is not wanted."""
    if path == "control":
        return "debian/control"
    if path == f"usr/share/doc/{package}/copyright":
        return "debian/copyright"
    if path.startswith(SOURCES) and path.endswith(".go"):
        return path.removeprefix(SOURCES)
    return None


def main(folder, lock, archives):
    for line in lock.read_text().splitlines():
        package, version, expected = line.split()
        stem = f"{package}_{version.replace(':', '%3a')}"
        found = list(archives.glob(f"{stem}_*.deb"))
        if len(found) != 1:
            sys.exit(f"{stem} was not fetched")
        deb = found[0].read_bytes()
        got = hashlib.sha256(deb).hexdigest()
        if got != expected:
            sys.exit(f"{stem} has SHA-256 {got}, expected {expected}")
        for name, content in members(deb):
            if not name.startswith(("control.tar", "data.tar")):
                continue
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                for member in archive:
                    path = place(member.name.removeprefix("./"), package)
                    if path is None or not member.isfile() or ".." in path.split("/"):
                        continue
                    target = folder / stem / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.extractfile(member).read())


main(*map(pathlib.Path, sys.argv[1:]))
