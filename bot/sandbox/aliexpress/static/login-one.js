// The form of 2015 to 2023: name and password at once.
(() => {
  const { make } = drawing;

  window.signingInAtOnce = () => {
    const box = make("div", { id: "login" });
    const email = make("input", { id: "fm-login-id", name: "loginId", placeholder: "Email address or member ID" });
    const password = make("input", { id: "fm-login-password", name: "password", type: "password" });
    const said = make("div", { class: "fm-error-message" });
    const form = make("form", { class: "login-form" }, email, password,
      make("button", { type: "submit", class: "fm-button fm-submit password-login" }, "SIGN IN"), said);
    const wrong = (text) => { said.textContent = text; };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      signingIn.enter(box, { email: email.value, password: password.value }, wrong);
    });
    box.append(make("h1", {}, "Sign In"), form);
    return box;
  };

  if (location.pathname === "/mini_login.htm") {
    drawing.page(async (root) => { root.append(signingInAtOnce()); });
  }
})();
