"""Unpacks the Python files and the metadata of wheels: unpack.py FOLDER WHEEL..."""

import pathlib
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
for wheel in map(pathlib.Path, sys.argv[2:]):
    name, version = wheel.name.split("-")[:2]
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            if member.endswith((".py", ".dist-info/METADATA")):
                archive.extract(member, folder / f"{name}-{version}")
