// The second proof, on a page of its own: a code that was sent to a phone.
(() => {
  const { make } = drawing;
  const { send, button } = signingIn;

  drawing.page(async (root) => {
    const code = make("input", { id: "J_Checkcode", maxlength: "6" });
    const said = make("div", { class: "ui-form-explain" });
    const next = async () => {
      const ticket = new URLSearchParams(location.search).get("ticket");
      const { outcome, to } = await send("/account/verify.do", { ticket, code: code.value });
      if (outcome === "welcome") location.href = to;
      else said.textContent = "The code is incorrect.";
    };
    root.append(make("h2", {}, "Verify your identity"), make("p", {}, "We sent an SMS to +84 *** 12."), code,
      button("Submit", next, { id: "J_VerifyBtn" }), said);
  });
})();
