"""Reads Debian's packages; what follows this text unpacks some."""

import hashlib
import io
import sys
import tarfile


def checked(path, expected):
    """The bytes of an archive, if they are the ones expected."""
    content = path.read_bytes()
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        sys.exit(f"{path.name} has SHA-256 {got}, expected {expected}")
    return content


def the_one(archives, pattern):
    """The archive that was fetched for a package."""
    found = list(archives.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{pattern} was not fetched")
    return found[0]


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


def unpack(archive, place, folder):
    """Writes those files of a tar archive that `place` has a place for in `folder`."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for file in files:
            path = place(file.name.removeprefix("./"), file)
            if path is None or not file.isfile() or ".." in path.split("/"):
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files.extractfile(file).read())


def unpack_package(package, place, folder):
    """The same for a built package, whose control file is in an archive of its own."""
    for name, content in members(package):
        if name.startswith(("control.tar", "data.tar")):
            unpack(content, place, folder)


def metadata(path, package):
    """Where a built package's control file and copyright lie in a source package."""
    if path == "control":
        return "debian/control"
    if path == f"usr/share/doc/{package}/copyright":
        return "debian/copyright"
    return None
