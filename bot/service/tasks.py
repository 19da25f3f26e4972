"""The service as a task of Windows' Task Scheduler. Not tested by us."""

import getpass
import os
import subprocess
import xml.etree.ElementTree as ET  # it only writes here
from pathlib import Path

from bot.service.plan import Plan

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
# RestartOnFailure alone helps only where the program could not be started, not where it crashed: so the trigger fires
# again and again, and a second one beside the first is not started.
AGAIN = "PT10M"
_NOTE = "Written by dropferry service install. Not tested by us on Windows itself."
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "false",
    "AllowStartOnDemand": "true",
    "Enabled": "true",
    "Hidden": "false",
    "RunOnlyIfIdle": "false",
    "WakeToRun": "false",
    "ExecutionTimeLimit": "PT0S",
    "Priority": "7",
}


def file(plan: Plan) -> Path:
    """Where the task is written before it is handed to the Task Scheduler, which keeps a copy of its own."""
    return plan.home / "service" / f"{plan.name}.xml"


def content(plan: Plan) -> bytes:
    """The task as UTF-16, as schtasks wants it. Secrets come from the keyring or from secrets.toml, never from here."""
    task = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = ET.SubElement(task, "RegistrationInfo")
    ET.SubElement(about, "Description").text = f"{plan.title}. {_NOTE}"
    trigger = ET.SubElement(ET.SubElement(task, "Triggers"), "LogonTrigger")
    again = ET.SubElement(trigger, "Repetition")
    _fill(again, {"Interval": AGAIN, "StopAtDurationEnd": "false"})
    _fill(trigger, {"Enabled": "true", "UserId": _user()})
    principal = ET.SubElement(ET.SubElement(task, "Principals"), "Principal", {"id": "Author"})
    _fill(principal, {"UserId": _user(), "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"})
    settings = ET.SubElement(task, "Settings")
    _fill(settings, _SETTINGS)
    _fill(ET.SubElement(settings, "IdleSettings"), {"StopOnIdleEnd": "false", "RestartOnIdle": "false"})
    _fill(ET.SubElement(settings, "RestartOnFailure"), {"Interval": "PT1M", "Count": "255"})
    run = ET.SubElement(ET.SubElement(task, "Actions", {"Context": "Author"}), "Exec")
    program, *arguments = plan.command
    words = {"Command": program, "Arguments": subprocess.list2cmdline(arguments), "WorkingDirectory": str(plan.home)}
    _fill(run, words)
    ET.indent(task)
    written = '<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(task, encoding="unicode") + "\n"
    return written.replace("\n", "\r\n").encode("utf-16")


def start(plan: Plan) -> list[list[str]]:
    """The commands that make it run, now and from each sign-in on."""
    return [
        ["schtasks", "/Create", "/TN", plan.name, "/XML", str(file(plan)), "/F"],
        ["schtasks", "/Run", "/TN", plan.name],
    ]


def end(plan: Plan) -> list[list[str]]:
    """The command that ends it for good; its file is deleted after it."""
    return [["schtasks", "/Delete", "/TN", plan.name, "/F"]]


def after_removal() -> list[list[str]]:
    """Nothing is left to do once its file is gone."""
    return []


def ask(plan: Plan) -> list[str]:
    """The command that fails where the Task Scheduler does not know it."""
    return ["schtasks", "/Query", "/TN", plan.name]


def _fill(parent: ET.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = value


def _user() -> str:
    """The user as Windows names one: DOMAIN\\name."""
    domain = os.environ.get("USERDOMAIN", "")
    return f"{domain}\\{getpass.getuser()}" if domain else getpass.getuser()
