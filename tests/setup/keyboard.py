"""xenhactl as the people of the demo have it: its configuration, and one command at a time at their terminal."""

import re
import signal
import subprocess


def with_cloud_actors(text):
    """A simulator's configuration in which xenhactl may write to each CloudStack, with the keys that look."""
    return re.sub(r"^(    secret_key_file: (\S+)\.secret)$", r"\1\n    actor: {api_key_file: \2.key, secret_key_file: \2.secret}",
                  text, flags=re.M)


class Keyboard:
    def __init__(self, on_stage, exporter, hooks):
        self.config = on_stage.directory / "xenhactl.yml"
        text = with_cloud_actors(hooks.config.read_text(encoding="utf-8"))
        self.config.write_text(f"{text}ctl:\n  exporter_url: {exporter.url}\n  hooks_url: {hooks.url}\n"
                               "  state_dir: state-of-xenhactl\n", encoding="utf-8")
        self.program = on_stage.programs / "xenhactl"

    def __str__(self):
        """What to type at another terminal, before the command."""
        return f"{self.program} --config.file={self.config}"

    def type(self, words):
        """Runs it where we run. Ctrl-C reaches it, not us. Its exit code."""
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            with subprocess.Popen([self.program, f"--config.file={self.config}", *words]) as run:
                try:
                    return run.wait()
                finally:
                    if run.poll() is None:  # we are told to end
                        run.terminate()
        finally:
            signal.signal(signal.SIGINT, before)
