// The address form inside the drawer: no <form>, inputs without names, places chosen in a sheet from below.
(() => {
  const { make } = drawing;
  const ZIP = "E.g., 20001 or 20001-0000";

  // A list from below, step after step; searching in it hides the list. `done` gets what was chosen at each step.
  function sheet(title, steps, done) {
    const list = make("div", { class: "drawer-cascade-list" });
    const head = make("div", { class: "mt-step-item" });
    const search = make("input", { class: "drawer-search", type: "text", "aria-label": "Search by ZIP code, street, or address" });
    search.addEventListener("input", () => { list.hidden = search.value !== ""; });
    const modal = make("div", { class: "mt-drawer-modal mt-modal mt-modal--bottom" },
      make("div", { class: "drawer-cascade-header" }, title, make("span", { class: "mt-icon-close", onclick: () => modal.remove() }, "×")),
      make("div", { class: "drawer-cascade-steps" }, head), search, make("div", { class: "drawer-list-wrap" }, list));

    function take(chosen) {
      if (chosen.length < steps.length) return step(chosen);
      modal.remove();
      return done(...chosen);
    }

    async function step(chosen) {
      const { name, options } = await steps[chosen.length](...chosen);
      head.textContent = name;
      let letter = "";
      list.replaceChildren(...options.flatMap((one) => {
        const item = make("div", { class: "group-item", onclick: () => take([...chosen, one]) }, make("span", { class: "item-label" }, one.name));
        if (one.name[0] === letter) return [item];
        letter = one.name[0];
        return [make("div", { class: "group-letter" }, letter), item];
      }));
    }

    document.body.append(modal);
    step([]);
  }

  window.drawerForm = (model, save, _close) => {
    const form = make("div", { class: "mt-form deliver-address-form" });
    const saveButton = make("button", { type: "button", class: "comet-btn comet-btn-primary form-button-confirm" }, "Save");
    let manual = Boolean(model.id);
    let wrong = {};

    function item(name, label, wrap, more = {}) {
      const input = make("input", { class: "one-textinput", type: "text", ...more });
      input.value = name === "country" ? addressBook.countryName(model) : model[name] ?? "";
      input.addEventListener("input", () => { model[name] = input.value; });
      const state = wrong[name] ? " form-item-state-error" : "";
      return make("div", { class: `mt-form-item ${wrap}${state}` }, make("span", { class: "floating-label" }, label), input,
        wrap === "default-select-wrap" ? make("span", { class: "icon-arrow" }) : null,
        wrong[name] ? make("div", { class: "form-item-error-message" }, wrong[name]) : null);
    }

    function select(name, label, open) {
      const box = item(name, label, "default-select-wrap", { readonly: "" });
      box.addEventListener("click", open);
      return box;
    }

    const chooseCountry = () => sheet(
      "Select country/region",
      [async () => ({ name: "Select country/region", options: model.countries })],
      async (one) => { await addressBook.intoCountry(model, one); draw(); },
    );

    const choosePlace = () => sheet(
      "Select address",
      [
        async () => ({ name: "Select state", options: (await addressBook.places(model.country)).divisionList }),
        async (state) => ({ name: "Select city", options: (await addressBook.places(model.country, state.name)).divisionList }),
      ],
      (state, city) => { model.province = state.name; model.city = city.name; draw(); },
    );

    function byHand() {
      if (!manual) return [make("div", { class: "text-button-container", onclick: () => { manual = true; draw(); } }, "Enter manually")];
      return [
        item("address", "Street*", "default-input-wrap"),
        item("address2", "Apt, suite, unit, etc (optional）", "default-input-wrap"),
        select("province", "State/Province*", choosePlace),
        select("city", "City*", choosePlace),
        item("zip", ZIP, "default-input-wrap"),
        item("instructions", "Delivery Instructions", "default-input-wrap"),
        ...model.extra.map((one) => item(one.name, one.label, "default-input-wrap")),
      ];
    }

    function toggle() {
      const knob = model.isDefault ? " mt-switch--checked" : "";
      const flip = () => { model.isDefault = !model.isDefault; draw(); };
      return make("div", { class: "set-default-wrap" }, make("span", {}, "Set as default"),
        make("div", { class: `mt-switch switcher${knob}`, onclick: flip }, make("div", { class: "mt-switch-knob" })));
    }

    function draw() {
      form.replaceChildren(
        select("country", "Country/region", chooseCountry),
        item("firstName", "First name*", "default-input-wrap"),
        item("lastName", "Last name*", "default-input-wrap"),
        item("phoneCountry", "Code", "default-input-wrap"),
        item("mobileNo", "Mobile number*", "default-input-wrap"),
        item("search", "Search by address", "search-input-wrap", { class: "one-textinput autocomplete-input", role: "combobox", "aria-label": "Search by address" }),
        ...byHand(), toggle(), saveButton);
    }

    saveButton.onclick = async () => {
      wrong = await save(model);
      manual = true;
      if (Object.keys(wrong).length) draw();
    };
    draw();
    return make("div", { class: "deliver-address-wrap" }, form);
  };
})();
