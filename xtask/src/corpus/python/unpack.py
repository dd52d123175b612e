"""Unpacks the Python files and the metadata of wheels, and headers below some of their
folders: unpack.py FOLDER HEADERS WHEEL..., HEADERS with commas between."""

import pathlib
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
headers = tuple(filter(None, sys.argv[2].split(",")))
for wheel in map(pathlib.Path, sys.argv[3:]):
    name, version = wheel.name.split("-")[:2]
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            is_header = member.startswith(headers) and member.endswith(".h")
            if is_header or member.endswith((".py", ".dist-info/METADATA")):
                archive.extract(member, folder / f"{name}-{version}")
