"""Makes the cases of tests/recorded again, from the stand-in AliExpress: python -m tests.record_cases [NAME…]."""

import os
import random
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bot.browser import LANGUAGE, own_download
from bot.recordings import cases
from bot.recordings.capture import capture
from bot.recordings.cases import Case
from bot.recordings.kinds import KINDS
from bot.recordings.making import make_case
from bot.recordings.replay import Replayer
from bot.sandbox.ready_home import storage_state
from bot.sandbox.server import Sandbox
from flows.errors import FlowError
from tests import recorded_mutated, recorded_results, recorded_scenes
from tests.conftest import chromium_executable, chromium_switches
from tests.recorded_scenes import Scene, Stage

SCENES = (*recorded_scenes.SCENES, *recorded_results.SCENES, *recorded_mutated.SCENES)
FOLDER = Path(__file__).parent / "recorded"
QUIET = 0.25


def record(browser: Browser, sandbox: Sandbox, scene: Scene) -> Case:
    """One case as the merchant's own command would make it, with values that stay the same when it is made again."""
    account = scene.name.replace("/", "-")
    sandbox.ali.set_faults(dict.fromkeys(type(sandbox.ali.faults).model_fields))
    url = scene.set_up(Stage(sandbox, account))
    with browser.new_context(locale=LANGUAGE, viewport={"width": 1280, "height": 900}) as context:
        if scene.signed_in:
            context.add_cookies(storage_state(sandbox.ali.sign_in(account))["cookies"])  # type: ignore[arg-type]
        sandbox.ali.set_faults(scene.faults)
        act = scene.act
        ready = (lambda page: act(page, sandbox)) if act else None
        taken = capture(context.new_page(), sandbox.site, KINDS[scene.kind], url, ready, quiet=QUIET)
        secrets = [cookie["value"] for cookie in context.cookies()]
    chance = random.Random(scene.name)
    case, _ = make_case(scene.name, scene.kind, taken, sandbox.site, secrets=secrets, chance=chance, note=scene.note)
    return scene.redrawn(case)


def got(told: Mapping[str, Any]) -> str:
    """What the robot gets: by which reader, or the name of the error."""
    both = told["both"]
    return str(both.get("error") or both["reader"])


def main(names: list[str]) -> None:
    """Make all cases, or those named, and say what the robot reads of each."""
    chosen = [scene for scene in SCENES if not names or any(scene.name.startswith(name) for name in names)]
    wrong: list[str] = []
    with Sandbox() as sandbox, sync_playwright() as playwright:
        executable = chromium_executable(own_download(playwright))
        browser = playwright.chromium.launch(executable_path=executable, args=chromium_switches())
        replayer = Replayer(browser.new_context(locale=LANGUAGE))
        for scene in chosen:
            begun = time.monotonic()
            try:
                case = record(browser, sandbox, scene)
            except FlowError as error:
                wrong.append(f"{scene.name}: {error}")
                continue
            replayed = replayer.replay(case)
            if got(replayed.told) != scene.reads:
                # A case that is not what its scene is about would teach something wrong.
                wrong.append(f"{scene.name}: should be {scene.reads}, is {replayed.told['both']}")
                continue
            folder = FOLDER / scene.name
            shutil.rmtree(folder, ignore_errors=True)
            cases.write(folder, replace(case, expected=replayed.told))
            for file in folder.iterdir():
                os.chmod(file, 0o644)  # noqa: PTH101 - they are everybody's
            print(scene.name, got(replayed.told), f"{time.monotonic() - begun:.1f} s", flush=True)
        browser.close()
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
