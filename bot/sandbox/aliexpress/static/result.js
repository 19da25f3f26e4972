// The page after the press: what became of it; it shows no order number unless it is told to.
(() => {
  const { make } = drawing;
  drawing.page(async (root) => {
    const { result } = told;
    if (!result) throw new Error("no such payment");
    root.append(make("div", { class: "pay-result-container" },
      make("h1", { class: "pay-result-title" }, result.title), make("p", { class: "pay-result-text" }, result.text),
      result.numbers ? make("p", { class: "pay-result-order" }, result.numbers) : null,
      result.again ? make("a", { class: "comet-btn comet-btn-primary", href: result.again }, result.payAgain) : null,
      make("a", { class: "comet-btn", href: "/p/order/index.html", target: "_blank" }, result.checkOrder),
      make("a", { class: "comet-btn", href: "/" }, result.home)));
  });
})();
