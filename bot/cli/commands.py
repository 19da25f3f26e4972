"""The table of all commands. It imports next to nothing, so that `dropferry --help` costs next to nothing."""

from bot.language import _, mark

# name: (where it is, the first line of its help)
SECTIONS = {
    "Set up": {
        "init": ("bot.cli.setup:init", "Make a home folder with a safe configuration."),
        "secret": ("bot.cli.setup:secret", "Keep the keys and passwords of the shops."),
        "browser": ("bot.cli.setup:browser", "Find a Chromium, or get one."),
        "login": ("bot.cli.signing_in:login", "Sign in to AliExpress in a browser of its own."),
        "accounts": (
            "bot.cli.accounts:accounts",
            "Say which AliExpress accounts are signed in, and which wait for you.",
        ),
    },
    "Every day": {
        "run": ("bot.cli.working:run", "Do everything on time, until stopped."),
        "stop": ("bot.cli.working:stop", "End a running dropferry after the step at hand."),
        "pull": ("bot.cli.working:pull", "Fetch the paid orders from ShopBase."),
        "sync": ("bot.cli.working:sync", "Read payment and tracking from AliExpress."),
        "push": ("bot.cli.working:push", "Send tracking numbers to ShopBase."),
    },
    "Unattended": {
        "service": ("bot.cli.service:service", "Have the system itself run dropferry."),
        "notify": ("bot.cli.reporting:notify", "Be told, wherever you are, what needs you."),
        "backup": ("bot.cli.backing_up:backup", "Keep a copy of all that dropferry knows."),
        "restore": ("bot.cli.backing_up:restore", "Put a copy back, after checking it."),
    },
    "Buying": {
        "map": ("bot.cli.mapping:mapping", "Say what each variant of a shop is bought as on AliExpress."),
        "address": ("bot.cli.addresses:address", "See and mend the address that is typed into AliExpress."),
        "place": ("bot.cli.placing:place", "Buy on AliExpress, or only see what it would cost."),
        "pay-run": ("bot.cli.pay_run:pay_run", "Buy order after order: you press and pay, the rest is done."),
        "pay": ("bot.cli.paying:pay", "List what waits for your payment on AliExpress, the most urgent first."),
        "approve": ("bot.cli.placing:approve", "Lift what holds a purchase back."),
        "resolve": ("bot.cli.placing:resolve", "Say what became of a purchase that may have been placed."),
        "reorder": ("bot.cli.paying:reorder", "Buy again what AliExpress has cancelled or closed."),
        "reconcile": ("bot.cli.placing:reconcile", "Hold what dropferry knows against what AliExpress shows."),
    },
    "Orders": {
        "orders": ("bot.cli.orders:orders", "List the orders, tab by tab."),
        "show": ("bot.cli.orders:show", "Show all that is known of one order."),
        "link": ("bot.cli.orders:link", "Tie order lines to an AliExpress order placed by hand."),
        "fulfil": ("bot.cli.orders:fulfil", "Fulfil an order by hand."),
    },
    "Trying and mending": {
        "demo": ("bot.cli.sandboxing:demo", "Watch the whole day against a make-believe shop."),
        "sandbox": ("bot.cli.sandboxing:sandbox", "Start the make-believe ShopBase and AliExpress."),
        "read": ("bot.cli.reading:read", "Read a saved AliExpress page or answer."),
        "doctor": ("bot.cli.checking:doctor", "Prove each thing that a run needs, one line each, with the fix."),
        "check": ("bot.cli.checking:check", "See whether the robot still finds its way on AliExpress's pages."),
        "bundle": ("bot.cli.reporting:bundle", "Make one archive for a bug report."),
        "version": ("bot.cli.setup:version", "Say which version this is."),
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
