"""The table of all commands. It imports next to nothing, so that `dropferry --help` costs next to nothing."""

from bot.language import _, mark

# name: (where it is, the first line of its help)
SECTIONS = {
    mark("Set up"): {
        "init": ("bot.cli.setup:init", mark("Make a home folder with a safe configuration.")),
        "secret": ("bot.cli.setup:secret", mark("Keep the keys and passwords of the shops.")),
        "browser": ("bot.cli.setup:browser", mark("Find a Chromium, or get one.")),
        "login": ("bot.cli.signing_in:login", mark("Sign in to AliExpress in a browser of its own.")),
        "accounts": (
            "bot.cli.accounts:accounts",
            mark("Say which AliExpress accounts are signed in, and which wait for you."),
        ),
    },
    mark("Every day"): {
        "run": ("bot.cli.working:run", mark("Do everything on time, until stopped.")),
        "stop": ("bot.cli.working:stop", mark("End a running dropferry after the step at hand.")),
        "pull": ("bot.cli.working:pull", mark("Fetch the paid orders from ShopBase.")),
        "sync": ("bot.cli.working:sync", mark("Read payment and tracking from AliExpress.")),
        "push": ("bot.cli.working:push", mark("Send tracking numbers to ShopBase.")),
    },
    mark("Unattended"): {
        "service": ("bot.cli.service:service", mark("Have the system itself run dropferry.")),
        "notify": ("bot.cli.reporting:notify", mark("Be told, wherever you are, what needs you.")),
        "backup": ("bot.cli.backing_up:backup", mark("Keep a copy of all that dropferry knows.")),
        "restore": ("bot.cli.backing_up:restore", mark("Put a copy back, after checking it.")),
    },
    mark("Buying"): {
        "map": ("bot.cli.mapping:mapping", mark("Say what each variant of a shop is bought as on AliExpress.")),
        "address": ("bot.cli.addresses:address", mark("See and mend the address that is typed into AliExpress.")),
        "place": ("bot.cli.placing:place", mark("Buy on AliExpress, or only see what it would cost.")),
        "pay-run": ("bot.cli.pay_run:pay_run", mark("Buy order after order: you press and pay, the rest is done.")),
        "pay": ("bot.cli.paying:pay", mark("List what waits for your payment on AliExpress, the most urgent first.")),
        "approve": ("bot.cli.approving:approve", mark("Lift what holds a purchase back.")),
        "resolve": ("bot.cli.placing:resolve", mark("Say what became of a purchase that may have been placed.")),
        "reorder": ("bot.cli.paying:reorder", mark("Buy again what AliExpress has cancelled or closed.")),
        "reconcile": ("bot.cli.placing:reconcile", mark("Hold what dropferry knows against what AliExpress shows.")),
    },
    mark("Orders"): {
        "orders": ("bot.cli.orders:orders", mark("List the orders, tab by tab.")),
        "show": ("bot.cli.orders:show", mark("Show all that is known of one order.")),
        "link": ("bot.cli.orders:link", mark("Tie order lines to an AliExpress order placed by hand.")),
        "fulfil": ("bot.cli.orders:fulfil", mark("Fulfil an order by hand.")),
        "forget": ("bot.cli.reporting:forget", mark("Empty the personal data of old orders.")),
    },
    mark("Trying and mending"): {
        "demo": ("bot.cli.sandboxing:demo", mark("Watch the whole day against a make-believe shop.")),
        "sandbox": ("bot.cli.sandboxing:sandbox", mark("Start the make-believe ShopBase and AliExpress.")),
        "read": ("bot.cli.reading:read", mark("Read a saved AliExpress page or answer.")),
        "record": ("bot.cli.recording:record", mark("Record a page of AliExpress, to be worked on and replayed.")),
        "replay": ("bot.cli.recording:replay", mark("Read recorded pages again and compare.")),
        "doctor": ("bot.cli.checking:doctor", mark("Prove each thing that a run needs, one line each, with the fix.")),
        "check": ("bot.cli.checking:check", mark("See whether the robot still finds its way on AliExpress's pages.")),
        "bundle": ("bot.cli.reporting:bundle", mark("Make one archive for a bug report.")),
        "version": ("bot.cli.setup:version", mark("Say which version this is.")),
    },
}
COMMANDS = {name: row for section in SECTIONS.values() for name, row in section.items()}

USAGE = "dropferry [--home FOLDER] COMMAND [OPTIONS]"
SUMMARY = (
    mark("Carries a ShopBase store's paid orders to AliExpress, and tracking numbers back."),
    mark("It never pays, never buys twice, never guesses."),
)
OPTIONS = {
    "--home FOLDER": mark("where everything is kept; also DROPFERRY_HOME in the environment"),
    "--version": mark("say which version this is"),
    "-h, --help": mark("show this help; dropferry COMMAND --help shows a command's"),
}
CODES = (
    mark("Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 configuration, 4 a person is needed,"),
    mark("5 a page changed, 6 already running, 7 done in part"),
)


def top_help() -> str:
    """The help of `dropferry` itself; in English plain ASCII, for every console."""
    parts = ["\n".join([_("Usage: {line}").format(line=USAGE), "", *map(_, SUMMARY), ""])]
    for title, rows in SECTIONS.items():
        parts.append("\n".join([f"{_(title)}:", *(f"  {name:<9} {_(row[1])}" for name, row in rows.items()), ""]))
    parts.append("\n".join([_("Options:"), *(f"  {name:<13}  {_(says)}" for name, says in OPTIONS.items()), ""]))
    parts.append(_(CODES[0]) + "\n            " + _(CODES[1]) + "\n")
    return "\n".join(parts)
