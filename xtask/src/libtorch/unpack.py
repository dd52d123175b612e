"""Copies what a CPU build needs out of wheels: unpack.py FOLDER WHEEL...

Headers go to FOLDER/include, libraries to FOLDER/lib. libtorch.so itself wants
CUDA, and all it does is to draw in the others, so a linker script stands in.
"""

import pathlib
import shutil
import sys
import zipfile

LIBRARIES = {
    "libc10.so",
    "libcudart.so.13",
    "libcupti.so.13",
    "libgomp.so.1",
    "libtorch_cpu.so",
}
HEADERS = "torch/include/"


def place(name):
    """Where the file `name` of a wheel goes; None for what is not needed."""
    folder, _, base = name.rpartition("/")
    if base in LIBRARIES and folder.endswith("/lib"):
        return pathlib.Path("lib", base)
    if name.startswith(HEADERS) and base:
        return pathlib.Path("include", name[len(HEADERS):])
    return None


def main(target, wheels):
    target = pathlib.Path(target)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                relative = place(entry.filename)
                if relative is None:
                    continue
                path = target / relative
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, open(path, "wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
    missing = sorted(name for name in LIBRARIES if not (target / "lib" / name).exists())
    if missing:
        sys.exit("not in the wheels: " + ", ".join(missing))
    (target / "lib" / "libtorch.so").write_text("INPUT(libtorch_cpu.so)\n")


main(sys.argv[1], sys.argv[2:])
