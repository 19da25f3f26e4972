// The boxes of the To pay tab, and the bar that pays all ticked orders at once.
(() => {
  const { make } = drawing;
  const ticked = new Map();
  let changed = () => {};
  let limit = Infinity;
  const MOST_LINES = 200;

  const linesOf = () => [...ticked.values()].reduce((sum, lines) => sum + lines, 0);

  function tick(input, number, lines, labels) {
    if (!input.checked) {
      ticked.delete(number);
    } else if (ticked.size >= limit || linesOf() + lines > MOST_LINES) {
      input.checked = false;
      acts.toast(ticked.size >= limit ? labels.merge_pay_out_limit : labels.merge_pay_out_line_limit);
    } else {
      ticked.set(number, lines);
    }
    changed();
  }

  function checkbox(style, ...inside) {
    const input = make("input", { type: "checkbox", class: "comet-checkbox-input" });
    return [make("label", { class: `comet-checkbox ${style}` }, input, make("span", { class: "comet-checkbox-icon" }), ...inside), input];
  }

  function box(order, labels) {
    if (!order.showSelectBox) return null;
    const [label, input] = checkbox("order-item-select");
    input.value = String(order.orderId);
    input.addEventListener("change", () => tick(input, input.value, order.orderLines.length, labels));
    return label;
  }

  function bar(tab, group, most) {
    ticked.clear();
    limit = most ?? Infinity;
    changed = () => {};
    if (tab !== "unpaid") return [];
    const [all, every] = checkbox("order-pay-all", ` ${told.acts.selectAll}`);
    every.onchange = () => {
      for (const one of group.querySelectorAll(".comet-checkbox-input")) if (one.checked !== every.checked) one.click();
    };
    const count = make("span", { class: "order-pay-count" });
    const button = make("button", { type: "button", class: "comet-btn comet-btn-primary order-pay-selected", disabled: "", onclick: () => acts.pay([...ticked.keys()]) },
      make("span", {}, told.acts.paySelected));
    changed = () => { button.disabled = !ticked.size; count.textContent = ticked.size ? String(ticked.size) : ""; };
    return [make("div", { class: "order-pay-bar" }, all, count, button)];
  }

  window.toPay = { box, bar };
})();
