// Runs in every frame before the page's own scripts. Refuses every press of the order button until it is armed, and
// then lets one through if the page still shows what the quote says and the deadline has not passed.
// `css` and `words` tell the button, `key` the name under which the robot reaches this script.
const dropferryGuard = (key, css, words) => {
  const now = Date.now.bind(Date);
  const { terms } = dropferryConfirm(css);
  const plain = (text) => (text ?? "").normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const known = new Set(words.map(plain));
  const places = css.button.join(", ");
  const refused = [];
  let armed = null;
  let pressed = false;
  let clicking = false;

  // What sends behind the back of the browser's request interception.
  const refuse = (name) => {
    if (!(name in window)) return;
    const stub = function () {
      refused.push(`script: ${name}`);
      throw new DOMException(`${name} is refused here`, "SecurityError");
    };
    Object.defineProperty(window, name, { value: stub, configurable: false, writable: false });
  };
  ["Worker", "SharedWorker", "WebTransport", "fetchLater"].forEach(refuse);
  window.open = () => {
    refused.push("script: window.open");
    return null;
  };

  // Pages asked for by speculation rules are fetched where no route sees it.
  new MutationObserver((changes) => {
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
    const pressable = node.matches('button, a, [role="button"], input[type="submit"], input[type="button"]');
    return pressable && known.has(plain(node.matches("input") ? node.value : node.textContent));
  };
  const orders = (event) => {
    if (event.composedPath().some(isButton)) return true;
    const form = event.type === "submit" ? event.target : null;
    return form instanceof Element && [...form.querySelectorAll("*"), event.submitter].some(isButton);
  };
  const same = (texts, text) => texts.length === 1 && texts[0] === text;
  const why = (event) => {
    // A form may be submitted by the click that was let through, in the same breath, and by nothing else.
    if (event.type === "submit" && clicking) return null;
    if (!armed) return "not armed";
    if (!event.isTrusted || event.type.startsWith("key") || event.type === "submit") return "not a press of the mouse";
    if (now() >= armed.deadline) return "too late";
    const seen = terms();
    if (!same(seen.button, armed.button)) return `button: ${seen.button.join(" + ")}`;
    if (seen.present !== armed.present || seen.method.join(" + ") !== armed.method) {
      return `method: ${seen.method.join(" + ")}`;
    }
    if (!same(seen.total, armed.total)) return `total: ${seen.total.join(" + ")}`;
    if (seen.recipient !== armed.recipient) return "recipient: another one";
    if (JSON.stringify(seen.lines) !== JSON.stringify(armed.lines)) return "lines: others";
    return null;
  };
  const watch = (event) => {
    if (!orders(event)) return;
    const reason = why(event);
    if (reason) {
      event.preventDefault();
      event.stopImmediatePropagation();
      refused.push(`${event.type}: ${reason}`);
    } else if (event.type === "click") {
      armed = null;
      pressed = clicking = true;
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
    arm: (expected) => {
      refused.length = 0;
      armed = { ...expected };
      pressed = false;
    },
    disarm: () => {
      armed = null;
    },
    report: () => ({ refused: [...refused], pressed }),
  };
  Object.defineProperty(window, key, { value: Object.freeze(reach), enumerable: false });
};
