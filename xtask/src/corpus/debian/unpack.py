"""Unpacks code and Debian's metadata of source packages: unpack.py FOLDER LOCK ARCHIVES ENDING...

LOCK names packages, versions and the SHA-256 of their .dsc files, which state those
of the rest; apt has compared them. ENDINGs are those of code.
"""

import hashlib
import pathlib
import sys
import tarfile

METADATA = ("debian/changelog", "debian/control", "debian/copyright")


def listed(dsc):
    """Names of the files that a .dsc file belongs to."""
    names, inside = [], False
    for line in dsc.splitlines():
        if not line.startswith(" "):
            inside = line.startswith("Checksums-Sha256:")
        elif inside:
            names.append(line.split()[2])
    return names


def main(folder, lock, archives, endings):
    for line in lock.read_text().splitlines():
        package, version, expected = line.split()
        stem = f"{package}_{version.partition(':')[2] or version}"
        dsc = (archives / f"{stem}.dsc").read_bytes()
        got = hashlib.sha256(dsc).hexdigest()
        if got != expected:
            sys.exit(f"{stem}.dsc has SHA-256 {got}, expected {expected}")
        for name in listed(dsc.decode(errors="replace")):
            if ".tar." not in name or name.endswith(".asc"):
                continue
            packaging = ".debian.tar." in name
            with tarfile.open(archives / name) as archive:
                for member in archive:
                    path = member.name.removeprefix("./")
                    if not packaging:
                        # What its authors released lies in one folder.
                        path = path.partition("/")[2]
                    parts = pathlib.PurePosixPath(path).parts
                    wanted = path in METADATA or path.endswith(endings)
                    if not member.isfile() or not wanted or ".." in parts or path.startswith("/"):
                        continue
                    target = folder / stem / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.extractfile(member).read())


main(*map(pathlib.Path, sys.argv[1:4]), tuple(sys.argv[4:]))
