// Signing in: the address, then the password, then perhaps more. Older forms are one piece, here or in a frame.
(() => {
  const { make } = drawing;
  const { send, button, slider, enter } = signingIn;
  const form = make("div", { class: "mt-form" });
  let email = "";

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
    const others = ["Google", "Facebook"].map((one) => button(`Continue with ${one}`, () => wrong("Not here.")));
    form.replaceChildren(make("h2", {}, "Sign in or register"), input, button("Continue", next), ...others);
  }

  function askPassword() {
    const input = make("input", { id: "fm-login-password", type: "password", autocomplete: "current-password" });
    const next = () => enter(form, { email, password: input.value }, wrong);
    form.replaceChildren(make("p", {}, email), input, button("Sign in", next));
  }

  drawing.page(async (root) => {
    if (told.form === "frame") {
      root.append(make("iframe", { id: "alibaba-login-box", src: `${told.frame}${location.search}`, width: "420", height: "420" }));
    } else if (told.form === "2019") {
      root.append(signingInAtOnce());
    } else {
      root.append(form);
      askEmail();
    }
    if (told.check) slider();
  });
})();
