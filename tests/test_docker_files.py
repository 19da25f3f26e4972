"""The container: an ordinary user, a home on a volume, Chromium's own sandbox, and nothing that is not locked.

No image is built here; what can be held against the checkout and against what Docker asks for is.
"""

import json
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[1]


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]


def said(word: str) -> list[str]:
    return [rest for each, rest in instructions() if each == word]


@pytest.fixture(name="service", scope="module")
def service_fixture() -> dict[str, Any]:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert {"home"} == set(composed["volumes"])
    (service,) = composed["services"].values()
    assert isinstance(service, dict)
    return service


class TestDockerfile:
    """The image."""

    def test_an_ordinary_user(self) -> None:
        """It runs as a user with a number, who is made, owns the home, and is the last word on that."""
        assert ["10001:10001"] == said("USER")
        made = said("RUN")[-1]
        assert "useradd --uid 10001" in made
        assert "--mode 0700 --owner dropferry --group dropferry /data" in made
        after = [word for word, _ in instructions()][[word for word, _ in instructions()].index("USER") :]
        assert {"USER", "WORKDIR", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"} == set(after)

    def test_the_home_is_a_volume(self) -> None:
        """The home is where the volume is, and no secret stands in the image."""
        assert (["/data"], True) == (said("VOLUME"), "DROPFERRY_HOME=/data" in said("ENV")[0])
        assert not any("SECRET" in rest.upper() for _, rest in instructions())

    def test_debians_own_chromium(self) -> None:
        """Chromium and Xvfb are packages of the base, both stages are one Debian, and nothing is fetched by address."""
        assert 1 == len({each.split()[0] for each in said("FROM")})
        assert said("FROM")[0].startswith("debian:bookworm-slim")
        packages = shlex.split(said("RUN")[-1].partition("install --yes --no-install-recommends")[2].partition("&&")[0])
        assert {"chromium", "xvfb", "tini", "python3", "ca-certificates"} <= set(packages)
        assert [] == said("ADD")
        assert not any(re.search(r"https?://|curl|wget", rest) for _, rest in instructions())

    def test_only_what_is_locked(self) -> None:
        """Packages come from the lock with their hashes, and after that from those files alone."""
        steps = [each for run in said("RUN") for each in run.split("&&") if "/pip " in each]
        assert 3 == len(steps)
        assert "--require-hashes" in steps[0]
        assert all("--no-index --find-links /wheels" in each for each in steps[1:])

    def test_what_is_copied_is_there(self) -> None:
        """Every file that is copied exists and reaches the builder; nothing else does."""
        copied = [each for rest in said("COPY") if "--from" not in rest for each in shlex.split(rest)[:-1]]
        assert [] == [each for each in copied if not (ROOT / each).exists()]
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        let_in = [line[1:] for line in ignored if line.startswith("!")]
        assert sorted(copied) == sorted(let_in)
        assert "*" in ignored
        assert not any(fnmatch(name, each) for name in ("tests", ".git", ".venv", "secrets.toml") for each in let_in)

    def test_it_runs_commands_that_there_are(self) -> None:
        """It starts `run`, asks `service status` for its health, ends gently, and is written as lists of words."""
        entry, command = (json.loads(said(word)[0]) for word in ("ENTRYPOINT", "CMD"))
        assert (["/usr/bin/tini", "--", "dropferry"], ["run"]) == (entry, command)
        health = json.loads(said("HEALTHCHECK")[0].partition("CMD ")[2])
        assert ["dropferry", "service", "status"] == health
        assert {"run", "service"} <= set(COMMANDS)
        assert ["SIGTERM"] == said("STOPSIGNAL")


class TestCompose:
    """How the image is run."""

    def test_as_little_as_can_be(self, service: dict[str, Any]) -> None:
        """No capability, no new privileges, a root that cannot be written to, no port, nothing of the host."""
        assert (["ALL"], True) == (service["cap_drop"], service["read_only"])
        assert ["no-new-privileges:true", "seccomp=./chromium-seccomp.json"] == service["security_opt"]
        assert ["home:/data"] == service["volumes"]
        assert set() == {"ports", "privileged", "network_mode", "cap_add", "devices", "user"} & set(service)
        assert {"HOME": "/tmp"} == service["environment"]

    def test_it_has_time_to_end(self, service: dict[str, Any]) -> None:
        """The step at hand may be finished; after a crash or a restart of the machine it comes back."""
        assert ("3m", "unless-stopped", "1gb") == (
            service["stop_grace_period"],
            service["restart"],
            service["shm_size"],
        )

    def test_the_first_steps_are_commands(self) -> None:
        """Each command of the first steps in its head is one that there is."""
        steps = re.findall(
            r"^# docker compose run --rm (?:-T )?dropferry (\S+)", (ROOT / "compose.yaml").read_text(), re.MULTILINE
        )
        assert ["init", "secret", "secret", "login"] == steps
        assert set(steps) <= set(COMMANDS)


def test_what_the_kernel_is_not_asked() -> None:
    """Calls that reach into the machine stay refused; those of which Chromium makes its sandbox are let through."""
    profile = json.loads((ROOT / "chromium-seccomp.json").read_text(encoding="utf-8"))
    (rule,) = profile["syscalls"]
    assert ("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO") == (profile["defaultAction"], rule["action"])
    refused = rule["names"]
    assert sorted(set(refused)) == refused
    assert {"mount", "umount2", "ptrace", "bpf", "kexec_load", "init_module", "keyctl", "reboot"} <= set(refused)
    assert set() == {"clone", "clone3", "unshare", "setns", "chroot"} & set(refused)
