// Changes a drawn page as redesigns do. `all` lists what can be changed and how; `apply` puts the page back as it was and
// makes one change of it. What a change puts on the page that was not there before is told, since it is true then.
(() => {
  const saved = document.body.cloneNode(true);
  const bodies = () => [...document.body.querySelectorAll("*")].filter((one) => !one.closest("script"));
  const sign = (element) => /es--char/.test(element.className ?? "") || element.closest("[class*='es--wrap']") !== null;
  const texts = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node.data.trim()) found.push(node);
    return found;
  };
  const OTHER = {
    "Awaiting delivery": "Aguardando a entrega", Processing: "Processando", Completed: "Concluído", "To pay": "A ser pago",
    Canceled: "Cancelado", "Ref. Number": "Mã đơn hàng", Date: "Ngày", Total: "Tổng cộng", "Order placed on": "Đặt hàng ngày",
    "Paid on": "Thanh toán ngày", Delivered: "Đã giao hàng", "Pay now": "Thanh toán ngay", "Place order": "Đặt hàng",
    Free: "Miễn phí", "First name*": "Tên*", "Last name*": "Họ*", Copy: "Sao chép",
  };
  const swap = (text) => text.replace(/[.,](?=\d)/g, (mark) => (mark === "." ? "," : "."));

  // Each takes an element or a text and changes it; false where it does not apply.
  const ELEMENTS = {
    drop: (one) => !sign(one) && one.remove() === undefined,
    empty: (one) => !sign(one) && one.childNodes.length > 0 && one.replaceChildren() === undefined,
    rename: (one) => Boolean(one.className) && ((one.className = one.className.replaceAll(/[\w-]+/g, "$&-x9")), true),
    unname: (one) => one.removeAttribute("class") === undefined && one.removeAttribute("data-pl") === undefined,
    unlink: (one) => one.hasAttribute("href") && one.removeAttribute("href") === undefined,
    wrap: (one) => !sign(one) && one !== document.body && (() => {
      const box = document.createElement("section");
      one.replaceWith(box);
      box.append(one);
      return true;
    })(),
    unwrap: (one) => !sign(one) && one.childElementCount > 0 && one.replaceWith(...one.childNodes) === undefined,
    swap: (one) => !sign(one) && one.nextElementSibling !== null && one.nextElementSibling.after(one) === undefined,
    double: (one) => !sign(one) && one.after(one.cloneNode(true)) === undefined,
    unmark: (one) => ["data-pl", "role", "value", "checked", "title", "placeholder"]
      .filter((name) => one.hasAttribute(name)).map((name) => one.removeAttribute(name)).length > 0,
  };
  const TEXTS = {
    reword: (node) => !sign(node.parentElement) && /^\s*[A-Za-zÀ-ỹ][^\d]*$/.test(node.data) && ((node.data = "Zorblat"), true),
    translate: (node) => Object.entries(OTHER).some(([word, other]) => node.data.trim().replace(/:$/, "") === word
      && ((node.data = node.data.replace(word, other)), true)),
    separators: (node) => swap(node.data) !== node.data && !/[A-Za-z]/.test(node.data) && ((node.data = swap(node.data)), true),
    blanks: (node) => /\d{4}/.test(node.data) && ((node.data = node.data.replace(/\d{4}(?=\d)/g, "$& ")), true),
    hidden: (node) => /\d/.test(node.data) && ((node.data = [...node.data].join("\u200b")), true),
    digits: (node) => /\d/.test(node.data)
      && ((node.data = node.data.replace(/\d/g, (one) => String.fromCodePoint(0x660 + Number(one)))), true),
    label: (node) => ((node.data = `${node.data} ⓘ`), true),
    split: (node) => node.data.trim().length > 2 && (() => {
      const half = node.splitText(Math.floor(node.data.length / 2));
      const box = document.createElement("b");
      half.replaceWith(box);
      box.append(half);
      return true;
    })(),
  };
  // One name everywhere, as a redesign does.
  const names = () => [...new Set(bodies().flatMap((one) => [...one.classList]))];
  const everywhere = (name) => bodies().filter((one) => one.classList.contains(name))
    .forEach((one) => one.classList.replace(name, `${name.split("--")[0]}X9`));
  const whole = {
    "no data-pl": () => bodies().forEach((one) => one.removeAttribute("data-pl")),
    "no hash": () => bodies().forEach((one) => { one.className = String(one.className).replace(/--\w{5,}$/gm, ""); }),
    "no links": () => bodies().forEach((one) => one.removeAttribute("href")),
    "nothing": () => document.body.replaceChildren(),
    "backwards": () => bodies().filter((one) => !sign(one)).forEach((one) => one.parentElement.prepend(one)),
  };
  const restore = () => {
    const fresh = saved.cloneNode(true);
    document.body.replaceWith(fresh);
  };

  window.mutations = {
    all: () => [
      ...Object.keys(whole).map((name) => ["whole", name]),
      ...names().map((name) => ["name", name]),
      ...bodies().flatMap((_, place) => Object.keys(ELEMENTS).map((way) => ["element", way, place])),
      ...texts(document.body).flatMap((_, place) => Object.keys(TEXTS).map((way) => ["text", way, place])),
    ],
    restore,
    apply: (changes) => {
      restore();
      let changed = false;
      for (const [kind, way, place] of changes) {
        if (kind === "whole") changed = (whole[way](), true);
        else if (kind === "name") changed = (everywhere(way), true);
        else {
          const one = (kind === "element" ? bodies() : texts(document.body))[place];
          if (one) changed = (kind === "element" ? ELEMENTS : TEXTS)[way](one) || changed;
        }
      }
      return changed;
    },
  };
})();
