"""Unpacks code and package.json of npm archives: unpack.py FOLDER LOCK ARCHIVES

Every archive that LOCK names must be there and have the checksum it states.
"""

import base64
import hashlib
import pathlib
import sys
import tarfile

CODE = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")

folder, lock, archives = map(pathlib.Path, sys.argv[1:])
for line in lock.read_text().splitlines():
    package, integrity = line.split()
    name, _, version = package.rpartition("@")
    plain = f"{name.lstrip('@').replace('/', '-')}-{version}"
    content = (archives / f"{plain}.tgz").read_bytes()
    got = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if got != integrity:
        sys.exit(f"{package} is {got}, expected {integrity}")
    with tarfile.open(archives / f"{plain}.tgz") as archive:
        for member in archive:
            # The first folder is called package or after the package.
            _, _, path = member.name.partition("/")
            parts = pathlib.PurePosixPath(path).parts
            wanted = path == "package.json" or path.endswith(CODE)
            if not member.isfile() or not wanted or ".." in parts or path.startswith("/"):
                continue
            target = folder / plain / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(member).read())
