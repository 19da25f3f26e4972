// The bar over a page, run in a world of its own: the page's scripts can neither reach it nor answer for the person.
// It loads nothing, adds one empty element to the document, and hands over what was chosen only when it is asked.
// It is told `clear`, the places that it must not cover, and `button`, those of the order button, which count first, and
// `rests`, how many milliseconds it stays away after a press that nothing came of.
(() => {
  const CSS = `
    :host { all: initial !important; position: fixed !important; left: 0 !important; right: 0 !important;
      bottom: 0 !important; z-index: 2147483647 !important; display: block !important; }
    :host(.top) { bottom: auto !important; top: 0 !important; }
    :host(.away) { display: none !important; }
    * { box-sizing: border-box; margin: 0; }
    .bar { --accent: #4fb3ac; background: #17212b; color: #f4f7fa; border-top: 4px solid var(--accent);
      font: 13px/1.4 system-ui, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif;
      box-shadow: 0 -2px 14px rgb(0 0 0 / 35%); max-height: 46vh; overflow: auto; }
    :host(.top) .bar { border-top: 0; border-bottom: 4px solid var(--accent); box-shadow: 0 2px 14px rgb(0 0 0 / 35%); }
    .ask { --accent: #f5b73d; } .warn { --accent: #ff6b62; background: #4a1518; }
    .inside { max-width: 1240px; margin: 0 auto; padding: 8px 16px 9px; display: grid; gap: 7px 20px;
      grid-template-columns: minmax(220px, 1.5fr) 1.35fr 1.35fr fit-content(230px);
      grid-template-areas: "who shop ali sum" "message message message message"; align-items: start; }
    .who { grid-area: who; } .shop { grid-area: shop; } .ali { grid-area: ali; } .sum { grid-area: sum; text-align: right; }
    .who, .side, .texts { min-width: 0; }
    .heading { font-size: 15px; font-weight: 700; overflow-wrap: anywhere; }
    .soft { color: #b4c1cd; }
    .clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
    .recipient { -webkit-line-clamp: 3; color: #dbe3ea; }
    .line { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .side { display: flex; gap: 10px; }
    .options { font-weight: 650; }
    .expected { font-size: 15px; font-weight: 700; white-space: nowrap; }
    .picture { flex: none; width: 56px; height: 56px; border-radius: 5px; background: #2a3744; position: relative; }
    canvas { width: 56px; height: 56px; border-radius: 5px; background: #fff; display: block; }
    .act { grid-area: message; display: flex; flex-wrap: wrap; gap: 7px 20px; align-items: center; justify-content: space-between; }
    .message { flex: 1 1 340px; overflow-wrap: anywhere; } .address { color: #9fd4ff; user-select: all; cursor: copy; }
    .ask .message, .warn .message { font-weight: 650; }
    .ask .message::before, .warn .message::before { content: ""; display: inline-block; width: 9px; height: 9px;
      border-radius: 50%; background: var(--accent); margin-right: 8px; }
    .choices { display: flex; flex-wrap: wrap; gap: 7px; justify-content: flex-end; margin-left: auto; }
    .choices.long { flex: 1 1 100%; flex-direction: column; align-items: flex-start; }
    .long button { width: min(100%, 620px); }
    button { font: inherit; font-weight: 600; color: #f4f7fa; background: #2d3c4b; border: 1px solid #5b6c7d;
      border-radius: 6px; padding: 4px 11px; min-height: 30px; cursor: pointer; display: inline-flex; align-items: center;
      justify-content: space-between; gap: 9px; text-align: left; }
    .ask button:first-child, .warn button:first-child { background: #f4f7fa; color: #17212b; border-color: #f4f7fa; }
    .long button:first-child { background: #2d3c4b; color: #f4f7fa; border-color: #5b6c7d; }
    button:hover:enabled { border-color: #f4f7fa; }
    button:focus-visible { outline: 3px solid #86cbff; outline-offset: 2px; }
    button:disabled { opacity: .45; cursor: default; } button[aria-pressed="true"] { opacity: 1; outline: 2px solid var(--accent); }
    kbd { font: 11px/1.3 ui-monospace, Consolas, monospace; opacity: .72; white-space: nowrap; }
    .bare .inside { grid-template-areas: "message message message message"; }
    .bare .message { font-size: 15px; }
    @media (max-width: 1000px) {
      .inside { grid-template-columns: repeat(4, 1fr); gap: 6px 16px; padding: 7px 12px 8px;
        grid-template-areas: "who who who sum" "shop shop ali ali" "message message message message"; }
      .recipient { -webkit-line-clamp: 2; }
      .picture, canvas { width: 44px; height: 44px; }
    }
    .small .side, .small .recipient, .small .soft { display: none; }
  `;
  const isMac = navigator.userAgent.includes("Mac");
  const keysOf = (key) => (key ? `Alt+${key.toUpperCase()}` : "");
  const codeOf = (key) => (/^\d$/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`);
  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  };
  const sheetOf = (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  };

  const host = make("dropferry-bar");
  const root = host.attachShadow({ mode: "closed" });
  root.adoptedStyleSheets = [sheetOf(CSS)];
  const room = sheetOf("");
  let roomRule = "";
  let places = { clear: [], button: "button", rests: 0 };
  let box = null;
  let buttons = [];
  let said = null;
  let pressedAt = 0;
  let isShown = false;

  const drawn = (bytes) => {
    const frame = make("div", "picture");
    if (!bytes) return frame;
    const raw = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
    createImageBitmap(new Blob([raw])).then((picture) => {
      const canvas = make("canvas");
      const side = Math.min(picture.width, picture.height);
      canvas.width = canvas.height = 168;
      canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 168, 168);
      frame.append(canvas);
    }, () => {});
    return frame;
  };
  const side = (name, title, options, image, pictures) => {
    const made = make("div", `side ${name}`);
    const texts = make("div", "texts");
    const heading = make("div", "soft line", title);
    heading.title = title;
    const chosen = make("div", "options clamp", options);
    chosen.title = options;
    texts.append(heading, chosen);
    if (pictures) made.append(drawn(image));
    made.append(texts);
    return made;
  };
  const who = (face) => {
    const made = make("div", "who");
    const to = make("div", "recipient soft clamp", face.recipient);
    to.title = face.recipient;
    made.append(make("div", "heading", face.heading), to);
    return made;
  };
  const sum = (face) => {
    const made = make("div", "sum");
    made.append(make("div", "expected", face.expected), make("div", "soft", face.paid_so_far));
    return made;
  };

  const take = (button) => {
    if (said !== null || button.disabled) return;
    said = button.value;
    for (const one of buttons) one.disabled = true;
    button.setAttribute("aria-pressed", "true");
  };
  const choice = ([value, label, key]) => {
    const made = make("button");
    made.type = "button";
    made.value = value;
    made.append(`${label} `);
    if (key) {
      made.setAttribute("aria-keyshortcuts", keysOf(key));
      made.dataset.code = codeOf(key);
      made.append(make("kbd", "", isMac ? `⌥${key.toUpperCase()}` : keysOf(key)));
    }
    made.addEventListener("click", (event) => {
      if (event.isTrusted) take(made);
    });
    return made;
  };
  // An address in a sentence is to be copied, as a whole with one click: this browser opens nothing by the way.
  const ADDRESS = /(https?:\/\/[^\s"<>]+)/;
  const copied = (text) => (ADDRESS.test(text) ? make("span", "address", text) : text);
  const act = (face) => {
    const made = make("div", "act");
    const message = make("div", "message");
    message.append(...face.message.split(ADDRESS).map(copied));
    message.setAttribute("role", "status");
    buttons = face.choices.map(choice);
    const choices = make("div", `choices${face.choices.some((one) => one[1].length > 30) ? " long" : ""}`);
    choices.append(...buttons);
    made.append(message, choices);
    return made;
  };
  const draw = (face) => {
    const bare = !face.heading && !face.shop_title && !face.ali_title;
    const pictures = Boolean(face.shop_image || face.ali_image);
    box = make("div", `bar ${face.tone}${bare ? " bare" : ""}`);
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "dropferry");
    const inside = make("div", "inside");
    if (!bare) inside.append(who(face));
    if (face.shop_title || face.shop_options) inside.append(side("shop", face.shop_title, face.shop_options, face.shop_image, pictures));
    if (face.ali_title || face.ali_options) inside.append(side("ali", face.ali_title, face.ali_options, face.ali_image, pictures));
    if (face.expected || face.paid_so_far) inside.append(sum(face));
    if (face.message || face.choices.length) inside.append(act(face));
    box.append(inside);
    root.replaceChildren(box);
  };

  // It stands below, and the page gets room to scroll by; where it would cover what must be seen it goes to the top, or
  // leaves out what is there to compare.
  const covered = (clear) => {
    const mine = host.getBoundingClientRect();
    return clear.flatMap((css) => [...document.querySelectorAll(css)]).some((one) => {
      const theirs = one.getBoundingClientRect();
      return theirs.width && theirs.height && theirs.bottom > mine.top && theirs.top < mine.bottom
        && theirs.right > mine.left && theirs.left < mine.right;
    });
  };
  const stand = (clear, top, small) => {
    host.classList.toggle("top", top);
    box.classList.toggle("small", small);
    const side = top ? "top" : "bottom";
    const height = Math.ceil(host.getBoundingClientRect().height);
    const rule = `html { padding-${side}: ${height}px !important; scroll-padding-${side}: ${height}px !important; }`;
    if (roomRule !== rule) room.replaceSync(rule);
    roomRule = rule;
    return !covered(clear);
  };
  const settle = () => {
    if (!isShown || !box) return;
    if (document.documentElement && host.parentNode !== document.documentElement) document.documentElement.append(host);
    if (!document.adoptedStyleSheets.includes(room)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, room];
    const isAway = pressedAt > 0;
    host.classList.toggle("away", isAway);
    if (isAway) return;
    const now = [host.classList.contains("top"), box.classList.contains("small")];
    const ways = [now, [false, false], [true, false], [false, true], [true, true]];
    const found = [places.clear, [places.button]].some((clear) => ways.some(([top, small]) => stand(clear, top, small)));
    if (!found) stand([], false, true);
  };
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(settle, 80);
  };

  window.addEventListener("keydown", (event) => {
    if (!isShown || !event.isTrusted || event.repeat || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const button = buttons.find((one) => one.dataset.code === event.code);
    if (!button || host.classList.contains("away")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    take(button);
  }, { capture: true });
  // A press of the order button that gets this far was let through: what follows is not to be disturbed.
  window.addEventListener("click", (event) => {
    if (!event.isTrusted || !places.button || !event.target?.closest?.(places.button)) return;
    pressedAt = performance.now();
    settle();
  }, { capture: true });
  for (const type of ["scroll", "resize"]) window.addEventListener(type, later, { capture: true, passive: true });
  new MutationObserver(later).observe(document, { childList: true, subtree: true });

  return {
    show: (face, told) => {
      places = told;
      said = null;
      pressedAt = 0;
      isShown = true;
      host.className = "";
      draw(face);
      settle();
      return true;
    },
    // Asked again and again while nothing was ordered: a press that led to nothing brings the bar back.
    said: () => {
      if (pressedAt && performance.now() - pressedAt > places.rests) pressedAt = 0;
      settle();
      const what = said;
      said = null;
      return what ?? "";
    },
    hide: () => {
      isShown = false;
      host.remove();
      room.replaceSync("");
      roomRule = "";
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== room);
      return true;
    },
  };
})()
