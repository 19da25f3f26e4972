// Signing in: the address, then the password, then perhaps a code that was mailed.
(() => {
  const { make } = drawing;
  const form = make("div", { class: "mt-form" });
  let email = "";
  let password = "";

  async function send(path, body) {
    const answer = await fetch(`${path}${location.search}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return answer.json();
  }

  const button = (text, press, more = {}) =>
    make("button", { type: "button", class: "comet-btn comet-btn-primary", onclick: press, ...more }, make("span", {}, text));

  function wrong(text) {
    form.querySelector(".error-message")?.remove();
    form.append(make("div", { class: "error-message" }, make("span", {}, text)));
  }

  function askEmail() {
    const input = make("input", { label: "Email or phone number", placeholder: "Email or phone number", autocomplete: "username" });
    const next = async () => {
      email = input.value;
      const { known } = await send("/account/check.do", { email });
      if (known) askPassword();
      else form.replaceChildren(make("h2", {}, "Register"), make("p", {}, email));
    };
    form.replaceChildren(make("h2", {}, "Sign in or register"), input, button("Continue", next));
  }

  function askPassword() {
    const input = make("input", { id: "fm-login-password", type: "password", autocomplete: "current-password" });
    const next = () => { password = input.value; enter(""); };
    form.replaceChildren(make("p", {}, email), input, button("Sign in", next));
  }

  function askCode() {
    const digits = [0, 1, 2, 3, 4, 5].map((place) => make("input", { "data-id": String(place), maxlength: "1" }));
    const next = () => enter(digits.map((one) => one.value).join(""));
    form.replaceChildren(make("h2", {}, "Email verification code"), make("div", { class: "subTitle_field_item" }, email),
      ...digits, button("Submit", next, { id: "j-test" }));
  }

  async function enter(code) {
    const { outcome, to } = await send("/account/login.do", { email, password, code });
    if (outcome === "welcome") location.href = to;
    else if (outcome === "code" && !code) askCode();
    else wrong(outcome === "code" ? "The code is incorrect." : "Your account name or password is incorrect.");
  }

  drawing.page(async (root) => {
    root.append(form);
    askEmail();
  });
})();
