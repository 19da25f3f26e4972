// What a person does to orders that exist: pay some, or cancel one.
(() => {
  const API = "mtop.aliexpress.trade.buyer.order.operation";
  const REASONS = ["I don't want it any more", "I found a better price", "I want to change the address"];
  const { make } = drawing;

  function toast(text) {
    const box = make("div", { class: "comet-toast", role: "alert" }, text);
    document.body.append(box);
    setTimeout(() => box.remove(), 4000);
  }

  async function ask(question, done) {
    try {
      done(await mtop(API, question, "post"));
    } catch (error) {
      toast(error.message.split("::")[1] ?? "Oops! Something went wrong. Please try again.");
    }
  }

  const pay = (numbers) => ask({ operation: "pay", orderIds: numbers.join(",") }, ({ payUrl }) => { location.href = payUrl; });

  function cancel(number) {
    const reasons = REASONS.map((text) => make("label", { class: "cancel-reason" }, make("input", { type: "radio", name: "reason", value: text }), ` ${text}`));
    const submit = () => {
      const reason = document.querySelector(".cancel-reason input:checked")?.value;
      if (reason) ask({ operation: "cancel", tradeOrderId: number, reason }, () => location.reload());
    };
    drawing.overlay(make("p", {}, told.acts.cancelWhy), ...reasons,
      make("button", { type: "button", class: "comet-btn comet-btn-primary cancel-submit", onclick: submit }, told.acts.submit));
  }

  window.acts = { pay, cancel, toast };
})();
