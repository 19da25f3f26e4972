// Runs in every frame before the page's own scripts. Refuses every press of the order button until it is armed, and
// then lets one through if the page still shows what the quote says and the deadline has not passed.
// `css` and `words` tell the button, `key` the names under which the robot reaches this script, `hosts` where it works:
// elsewhere (a cashier, a bank) nobody gets but a person who pays.
const dropferryGuard = (key, css, words, hosts) => {
  const FREE = `${key}f`;
  const TELL = `${key}t`;
  const now = Date.now.bind(Date);
  const { terms } = dropferryConfirm(css);
  const plain = (text) => (text ?? "").normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const known = new Set(words.map(plain));
  const places = css.button.join(", ");
  const refused = [];
  let armed = null;
  let wasArmed = false;
  let pressed = false;
  let given = false; // a person's press has passed here: what follows is theirs
  let clicking = false;
  let begun = false;
  let tell = null;

  // A frame without an address of its own belongs to the page around it.
  const origin = self.origin && self.origin !== "null" ? self.origin : location.ancestorOrigins?.[0] ?? "";
  const host = origin.replace(/^\w+:\/\//, "");
  const name = host.replace(/:\d+$/, "");
  const under = (parent) => name === parent || name.endsWith(`.${parent}`);
  const isCashier = hosts.cashier.some((part) => name.includes(part));
  if (host && !hosts.exact.includes(host) && (isCashier || !hosts.under.some(under))) return;
  // A pop-up is as free as the page that opened it; the robot marks the others.
  const bornFree = () => {
    try {
      return Boolean(window.opener?.[key]?.isFree());
    } catch {
      return false;
    }
  };
  if (bornFree()) window[FREE] = true;
  const isFree = () => given || Boolean(window[FREE]);

  // Told at the moment itself: a tab may be gone before anybody asks.
  const say = (what) => {
    if (Object.hasOwn(window, TELL)) {
      tell = window[TELL];
      delete window[TELL];
    }
    tell?.(what);
  };

  // What sends behind the back of the browser's request interception.
  const refuse = (what, instead) => {
    const real = window[what];
    if (typeof real !== "function") return;
    const stub = function (...asked) {
      if (isFree()) return new.target ? Reflect.construct(real, asked, new.target === stub ? real : new.target) : real.apply(this, asked);
      refused.push(`script: ${what}`);
      return instead(what, ...asked);
    };
    stub.prototype = real.prototype;
    for (const each of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].filter((one) => one in real)) stub[each] = real[each];
    Object.defineProperty(window, what, { value: stub, configurable: false, writable: false });
  };
  const no = (what) => {
    throw new DOMException(`${what} is refused here`, "SecurityError");
  };
  // A socket that never opens: pages are ready for that.
  const deaf = (what, url) => {
    const socket = Object.assign(new EventTarget(), { url: String(url), readyState: 3, bufferedAmount: 0, close() {}, send() {} });
    setTimeout(() => {
      for (const type of ["error", "close"]) {
        const event = type === "close" ? new CloseEvent("close", { code: 1006 }) : new Event(type);
        socket.dispatchEvent(event);
        socket[`on${type}`]?.(event);
      }
    }, 0);
    return socket;
  };
  ["Worker", "SharedWorker", "WebTransport", "fetchLater"].forEach((what) => refuse(what, no));
  refuse("WebSocket", deaf);
  refuse("open", () => null);

  // Pages asked for by speculation rules are fetched where no route sees it.
  new MutationObserver((changes) => {
    if (isFree()) return;
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (!(node instanceof Element)) continue;
      [node, ...node.querySelectorAll("script")]
        .filter((one) => one.matches('script[type="speculationrules" i]'))
        .forEach((one) => one.remove());
    }
  }).observe(document, { childList: true, subtree: true });

  const isButton = (node) => {
    if (!(node instanceof Element)) return false;
    if (node.matches(places)) return true;
    // After a person's press the same words may stand on the button of a card form.
    const pressable = !given && node.matches('button, a, [role="button"], input[type="submit"], input[type="button"]');
    return pressable && known.has(plain(node.matches("input") ? node.value : node.textContent));
  };
  const presses = (event) => !event.type.startsWith("key") || event.key === "Enter" || event.key === " ";
  const orders = (event) => {
    if (!presses(event)) return false;
    if (event.composedPath().some(isButton)) return true;
    const form = event.type === "submit" ? event.target : null;
    return form instanceof Element && [...form.querySelectorAll("*"), event.submitter].some(isButton);
  };
  const same = (texts, text) => texts.length === 1 && texts[0] === text;
  const begins = (event) => event.type === "pointerdown" || event.type === "keydown";
  // How it is paid is the person's own choice, and the button may then say so.
  const whyOtherButton = (seen) => {
    if (armed.person) {
      return seen.button.length === 1 && known.has(plain(seen.button[0])) ? null : `button: ${seen.button.join(" + ")}`;
    }
    if (!same(seen.button, armed.button)) return `button: ${seen.button.join(" + ")}`;
    const isSame = seen.present === armed.present && seen.method.join(" + ") === armed.method;
    return isSame ? null : `method: ${seen.method.join(" + ")}`;
  };
  const why = (event) => {
    // A form may be submitted by the click that was let through, in the same breath, and by nothing else.
    if (event.type === "submit" && clicking) return null;
    if (!armed) return given ? "pressed before" : "not armed";
    const byKey = event.type.startsWith("key");
    if (!event.isTrusted || event.type === "submit" || (byKey && !armed.person)) return "not a press of the mouse";
    if (now() >= armed.deadline) return "too late";
    const seen = terms();
    const other = whyOtherButton(seen);
    if (other) return other;
    if (!same(seen.total, armed.total)) return `total: ${seen.total.join(" + ")}`;
    if (seen.recipient !== armed.recipient) return "recipient: another one";
    if (JSON.stringify(seen.lines) !== JSON.stringify(armed.lines)) return "lines: others";
    return event.type === "click" && !begun ? "not begun on the button" : null;
  };
  const watch = (event) => {
    if (window[FREE] || !orders(event)) return;
    const reason = why(event);
    if (reason) {
      event.preventDefault();
      event.stopImmediatePropagation();
      refused.push(`${event.type}: ${reason}`);
      begun = false;
    } else if (begins(event)) {
      begun = true;
      say("begun");
    } else if (event.type === "click") {
      given = armed.person;
      armed = null;
      begun = false;
      pressed = clicking = true;
      say("pressed");
      setTimeout(() => {
        clicking = false;
      }, 0);
    }
  };
  const EVENTS = [
    "pointerdown", "mousedown", "touchstart", "pointerup", "mouseup", "touchend", "click", "dblclick", "auxclick",
    "submit", "keydown", "keypress", "keyup",
  ];
  for (const type of EVENTS) window.addEventListener(type, watch, { capture: true, passive: false });

  const reach = {
    isFree,
    arm: (expected) => {
      refused.length = 0;
      armed = { ...expected };
      wasArmed = true;
      pressed = given = begun = false;
    },
    disarm: () => {
      armed = null;
    },
    report: () => ({ refused: [...refused], pressed, armed: Boolean(armed), wasArmed, begun }),
    look: () => ({ ...reach.report(), terms: terms() }),
  };
  Object.defineProperty(window, key, { value: Object.freeze(reach), enumerable: false });
};
