"""The packages that were built, read with dpkg-deb."""

import pathlib
import subprocess
import tarfile
import io

NAMES = ["xenha-common", "xenha-exporter", "xenha-hooks", "xenhactl"]
DAEMONS = ["xenha-exporter", "xenha-hooks"]
# Name -> section of its manual.
PROGRAMS = {"xenha-exporter": 8, "xenha-hooks": 8, "xenhactl": 1}


def run(*words, **options):
    """Output as text; CalledProcessError when it fails."""
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, timeout=120, **options).stdout


def commands(text):
    """Of a program's help; a daemon has none."""
    _, _, rest = text.partition("\nCommands:\n")
    listed = rest.partition("\n\n")[0]
    return [line.strip().split("  ")[0] for line in listed.splitlines()]


class Package:
    def __init__(self, path):
        self.path = path
        fields = [line.split(": ", 1) for line in run("dpkg-deb", "-f", path).splitlines() if ": " in line and line[0] != " "]
        self.fields = dict(fields)
        self.name = self.fields["Package"]
        self.entries = self._tar("--fsys-tarfile")
        self.control = self._tar("--ctrl-tarfile")

    def _tar(self, which):
        """Path from the root -> (its entry, its bytes)."""
        data = subprocess.run(["dpkg-deb", which, self.path], check=True, capture_output=True, timeout=120).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return {entry.name.removeprefix(".") or "/": (entry, tar.extractfile(entry).read() if entry.isfile() else b"")
                    for entry in tar}

    def files(self):
        return {path: data for path, (entry, data) in self.entries.items() if not entry.isdir()}

    def depends(self):
        """Name -> what is asked of its version."""
        out = {}
        for one in self.fields.get("Depends", "").split(", "):
            name, _, version = one.partition(" ")
            out[name] = version
        return out


def paths(directory):
    return sorted(pathlib.Path(directory).glob("*.deb"))


def packages(directory):
    """By name."""
    return {package.name: package for package in map(Package, paths(directory))}
