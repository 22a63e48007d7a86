#!/usr/bin/python3 -B
"""Makes the packages anew, twice: what is packed must depend neither on when nor on chance.

    build.py CPACK BUILD_DIRECTORY PACKAGES      PACKAGES: where to put them; emptied first
"""

import os
import pathlib
import shutil
import subprocess
import sys

MOMENT = "1795000000"  # of all files


def pack(cpack, build, packages):
    """Name -> bytes."""
    shutil.rmtree(packages, ignore_errors=True)
    subprocess.run([cpack, "-G", "DEB", "-B", packages], cwd=build, env=os.environ | {"SOURCE_DATE_EPOCH": MOMENT},
                   stdin=subprocess.DEVNULL, check=True, timeout=280)
    shutil.rmtree(packages / "_CPack_Packages", ignore_errors=True)
    return {path.name: path.read_bytes() for path in packages.glob("*.deb")}


def main():
    cpack, build = sys.argv[1:3]
    packages = pathlib.Path(sys.argv[3]).resolve()
    first, second = (pack(cpack, build, packages) for _ in range(2))
    differ = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    if differ:
        print(f"packed twice, and not the same: {' '.join(differ)}")
    return 1 if differ or not first else 0


if __name__ == "__main__":
    sys.exit(main())
