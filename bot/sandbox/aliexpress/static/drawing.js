// What several pages draw alike.
(() => {
  function make(tag, attributes = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "onclick") element.onclick = value;
      else element.setAttribute(name, value);
    }
    element.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== false));
    return element;
  }

  // The design of 2022 marks its parts by class alone.
  const pl = (name) => (told.design === "2022" ? {} : { "data-pl": name });

  function price(text) {
    const letters = [...text].map((one) => make("span", { class: "es--char--RqgnKC9" }, one));
    return make("div", { class: "es--wrap--1Hlfkoj notranslate" }, letters);
  }

  const disagrees = (what, order) =>
    told.disagrees === what && (!told.only.length || told.only.includes(String(order)));

  function overlay(...inside) {
    const mask = make("div", { class: "comet-modal-mask comet-v2-modal-wrap" });
    const close = make("button", { class: "comet-modal-close", "aria-label": "Close", onclick: () => mask.remove() }, "×");
    mask.append(make("div", { class: "comet-modal-content", role: "dialog" }, close, ...inside));
    document.body.append(mask);
  }

  function firstLoad() {
    if (!localStorage.getItem("gdpr")) {
      const banner = make("div", { class: "gdpr-banner" }, "We use cookies. ");
      const accept = () => { localStorage.setItem("gdpr", "1"); banner.remove(); };
      banner.append(make("button", { "data-role": "gdpr-accept", onclick: accept }, "Accept all"));
      document.body.append(banner);
    }
    if (!localStorage.getItem("app")) {
      const dialog = make("div", { id: "J_xiaomi_dialog" }, "Everything is cheaper in the app. ");
      const close = () => { localStorage.setItem("app", "1"); dialog.remove(); };
      dialog.append(make("button", { "aria-label": "Close", onclick: close }, "×"));
      document.body.append(dialog);
    }
    if (told.popup) overlay(make("p", {}, "Coupons for you, today only"));
  }

  // The check itself is a page of its own inside a dialog; nothing but a person gets past it.
  function humanCheck() {
    const frame = make("iframe", { id: "baxia-dialog-content", src: "/_____tmd_____/punish", width: "420", height: "320" });
    document.body.append(make("div", { class: "comet-modal-mask" }, make("div", { class: "comet-modal-content baxia-dialog" }, frame)));
  }

  // A page of a design that no reader has seen.
  function unheardOf() {
    const strip = make("section", { class: "k7xq" }, make("p", { class: "k7xq-a" }, "Your purchases"));
    for (let i = 0; i < 3; i += 1) strip.append(make("article", { class: "k7xq-b" }, "●"));
    document.getElementById("root").append(strip);
  }

  function failed(error) {
    const text = `Oops! Something went wrong. Please refresh the page and try again. (${error.message})`;
    document.getElementById("root").append(make("div", { class: "comet-error" }, text));
  }

  // Runs a page: draws it, then its first load with all the noise.
  function page(draw) {
    const unknown = told.design === "unknown";
    if (unknown) unheardOf();
    draw(document.getElementById("root")).catch((error) => unknown || failed(error)).then(firstLoad);
  }

  window.drawing = { make, pl, price, disagrees, overlay, humanCheck, page };
})();
