// The cashier: by which card to pay, the form for another one, or the bank's page in a frame or a pop-up.
(() => {
  const { make } = drawing;
  const root = document.getElementById("root");
  const trouble = make("p", { class: "cashier-trouble", role: "alert" });

  async function pay(card) {
    const address = `/pay/submit?pmntId=${told.payment}`;
    const headers = { "Content-Type": "application/json" };
    trouble.textContent = "";
    try {
      const answer = await (await fetch(address, { method: "POST", headers, body: JSON.stringify({ card }) })).json();
      if (answer.to) location.href = answer.to;
      else trouble.textContent = answer.error;
    } catch {
      trouble.textContent = "Oops! Something went wrong. Please try again.";
    }
  }

  const button = (label, onclick) =>
    make("button", { type: "button", class: "comet-btn comet-btn-primary cashier-pay-btn", onclick }, make("span", {}, label));

  function choice() {
    const other = make("a", { class: "cashier-other-card", href: `/pay/card.html?pmntId=${told.payment}` }, "Use another card");
    const saved = make("label", { class: "cashier-saved-card" }, make("input", { type: "radio", checked: "" }), ` ${told.saved}`);
    return [make("p", { class: "cashier-orders" }, `${told.orders.length} order(s)`), saved, make("p", {}, other), button("Pay now", () => pay(null))];
  }

  function cardForm() {
    const box = (name, label, more) => make("label", {}, label, make("input", { name, type: "text", ...more }));
    const form = make("form", { class: "cashier-card-form" },
      box("number", "Card number", { inputmode: "numeric", autocomplete: "cc-number" }),
      box("expiry", "MM/YY", { autocomplete: "cc-exp" }), box("cvc", "CVV", { inputmode: "numeric", autocomplete: "cc-csc" }),
      box("holder", "Name on card", { autocomplete: "cc-name" }));
    const send = () => pay(Object.fromEntries(new FormData(form)));
    form.onsubmit = (event) => { event.preventDefault(); send(); };
    return [form, button("Pay now", send)];
  }

  function bank() {
    if (told.popup) return [make("a", { class: "comet-btn comet-btn-primary", href: told.bank, target: "_blank", rel: "opener" }, "Continue to your bank")];
    return [make("iframe", { class: "cashier-bank", src: told.bank, title: "Your bank", width: "420", height: "360" })];
  }

  const draw = { "/pay/index.html": choice, "/pay/card.html": cardForm, "/pay/secure.html": bank }[told.page];
  root.append(make("h1", {}, "Cashier"), make("p", { class: "cashier-total" }, "Total: ", make("b", {}, told.amount)), ...draw(), trouble);
})();
