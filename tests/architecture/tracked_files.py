#!/usr/bin/python3 -B
"""What must not stand in a tracked file: a path or a package host of the machine it was written on, or a secret.

    tracked_files.py SOURCE_ROOT
"""

import glob
import os
import pathlib
import re
import subprocess
import sys

RULES = [
    (re.compile(r"(?<![\w.~$}/])/(?:home|root|Users)/[\w.]"), "a path of one machine"),
    (re.compile(r'"resolved":\s*"https?:'), "the address of a package host; leave \"resolved\" out of lock files"),
    (re.compile(r"https?://(?:registry|pypi|files|npm|deb|proxy|crates|static)\.[a-z-]+\.[a-z]+"), "a package host"),
    (re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"), "a private key"),
    (re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[bap]-[0-9A-Za-z-]{20,})\b"), "an access key"),
]


def of_this_machine(root):
    """The directory that holds the checkout, and the hosts that packages come from here."""
    out = []
    parent = str(root.parent)
    if len(parent) > 1:
        out.append((re.compile(re.escape(parent) + r"/" + re.escape(root.name) + r"\b"), "a path of this machine"))
    hosts = set()
    for name in ["/etc/apt/sources.list", *glob.glob("/etc/apt/sources.list.d/*")]:
        text = pathlib.Path(name).read_text(encoding="utf-8", errors="replace") if os.path.isfile(name) else ""
        hosts.update(re.findall(r"https?://([^/\s\]]+)", text))
    for host in hosts - {"localhost"}:
        out.append((re.compile(r"\b" + re.escape(host)), "a package host of this machine"))
    return out


def tracked(root):
    """Paths under version control; every file but build trees where there is no repository."""
    git = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
        return [root / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        skip = re.compile(r"^(build|\.git|\.cache)|node_modules")
        return [p for p in root.rglob("*") if p.is_file() and not skip.search(p.relative_to(root).as_posix())]


def problems(name, text, rules):
    out = []
    for pattern, what in rules:
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            out.append(f"{name}:{line}: {what}")
    return out


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    rules = RULES + of_this_machine(root)
    files = tracked(root)
    found = []
    for path in files:
        if path.is_file() and path.suffix != ".png":
            found += problems(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8", errors="replace"), rules)
    if len(files) < 100:
        found.append(f"only {len(files)} files found: the search itself is broken")
    print("\n".join(found) or f"{len(files)} tracked files are clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
