"""npm's packages and the bundle of src, in a directory that outlives a run.

A demo that wants the live page calls prepare() and starts `node DIRECTORY/view.mjs ...`.
"""

import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["bundle.mjs", "browser.mjs", "judge.mjs", "looks.mjs", "render.mjs", "schema.mjs", "server.mjs",
            "view.mjs"]
CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]


class Unavailable(Exception):
    """Node.js, npm's packages or Chromium cannot be had on this machine."""


def install_packages(directory):
    """In the exact versions of the lock file; nothing is done when they are there."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")
    wanted = (HERE / "package-lock.json").read_bytes()
    stamp = directory / "installed-lock.json"
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, directory)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=directory, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Unavailable("npm's packages cannot be had:\n" + done.stdout[-2000:])
    stamp.write_bytes(wanted)


def copy_sources(directory):
    """Node.js looks for packages beside the program that wants them."""
    for name in ("schema", "src"):
        shutil.rmtree(directory / name, ignore_errors=True)
        shutil.copytree(HERE / name, directory / name)
    for name in [*PROGRAMS, "tsconfig.json"]:
        shutil.copy(HERE / name, directory)


def prepare(directory, with_browser=True):
    """Makes render.mjs and view.mjs in `directory` ready to run. Raises Unavailable."""
    directory = pathlib.Path(directory).resolve()
    if with_browser and not any(pathlib.Path(path).exists() for path in CHROMIUM):
        raise Unavailable("Chromium is not installed")
    directory.mkdir(parents=True, exist_ok=True)
    install_packages(directory)
    copy_sources(directory)
    done = subprocess.run(["node", "bundle.mjs"], cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError("src cannot be bundled:\n" + (done.stdout + done.stderr)[-3000:])
    return directory


def check_types(directory):
    """The bundler drops types without a look at them."""
    done = subprocess.run(["node", "node_modules/typescript/bin/tsc", "--project", "tsconfig.json"], cwd=directory,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError("wrong types:\n" + done.stdout[-3000:])
