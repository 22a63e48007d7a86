#!/usr/bin/python3 -B
"""Makes the packages anew.

    build.py CPACK BUILD_DIRECTORY PACKAGES      PACKAGES: where to put them; emptied first
"""

import os
import pathlib
import shutil
import subprocess
import sys


def main():
    cpack, build = sys.argv[1:3]
    packages = pathlib.Path(sys.argv[3]).resolve()
    shutil.rmtree(packages, ignore_errors=True)
    # One moment for all files: what is packed must not depend on when.
    done = subprocess.run([cpack, "-G", "DEB", "-B", packages], cwd=build, env=os.environ | {"SOURCE_DATE_EPOCH": "1795000000"},
                          stdin=subprocess.DEVNULL, timeout=500)
    shutil.rmtree(packages / "_CPack_Packages", ignore_errors=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
