// The address form inside the dialog: a <form> of Fusion parts, its selects open a list outside of it.
(() => {
  const { make } = drawing;

  function menu(select, options, take) {
    document.querySelectorAll(".next-select-menu").forEach((one) => one.remove());
    const search = select.querySelector("input");
    search.value = "";
    const list = make("ul", { class: "next-select-menu next-menu", role: "listbox" }, options.map((one) => {
      const chosen = () => { list.remove(); search.value = ""; take(one); };
      return make("li", { role: "option", title: one.name, class: "next-menu-item", onclick: chosen }, one.name);
    }));
    search.oninput = () => {
      for (const li of list.children) li.hidden = !li.title.toLowerCase().includes(search.value.toLowerCase());
    };
    document.body.append(list);
  }

  window.dialogForm = (model, save, close) => {
    const form = make("form", { class: "deliver-address-form next-form" });
    form.onsubmit = () => false;
    let manual = Boolean(model.id);
    let wrong = {};

    const help = (name) => (wrong[name] ? make("div", { class: "next-form-item-help" }, wrong[name]) : null);
    const wrap = (name, inside) => make("div", { class: `next-form-item${wrong[name] ? " has-error" : ""}` }, inside, help(name));

    function text(name, placeholder) {
      const input = make("input", { type: "text", placeholder });
      input.value = model[name] ?? "";
      input.addEventListener("input", () => { model[name] = input.value; });
      return wrap(name, make("span", { class: "next-input" }, input));
    }

    function select(name, shown, options, take) {
      const input = make("input", { type: "text", role: "combobox", autocomplete: "off" });
      const trigger = make("span", { class: "next-select-trigger" }, make("span", { class: "next-select-inner" },
        make("span", { class: "next-select-values" }, make("em", {}, shown)), make("span", { class: "next-select-search" }, input)));
      const box = make("span", { class: "next-select next-has-search" }, trigger);
      trigger.onclick = async () => menu(box, await options(), take);
      return wrap(name, box);
    }

    async function intoProvince(name) {
      model.province = name;
      model.city = (await addressBook.places(model.country, name)).divisionList[0].name;
      draw();
    }

    const countries = () => select("country", addressBook.countryName(model), async () => model.countries,
      async (one) => { await addressBook.intoCountry(model, one); draw(); });
    const provinces = () => select("province", model.province, async () => (await addressBook.places(model.country)).divisionList,
      (one) => intoProvince(one.name));
    const cities = () => select("city", model.city, async () => (await addressBook.places(model.country, model.province)).divisionList,
      (one) => { model.city = one.name; draw(); });

    async function enterManually() {
      manual = true;
      // Fusion begins with the first province of the list.
      await intoProvince(model.province || (await addressBook.places(model.country)).divisionList[0].name);
    }

    function byHand() {
      if (!manual) return [make("span", { class: "manual-link", onclick: enterManually }, "Enter manually")];
      return [text("address", "Street, house number*"), text("address2", "Apt, suite, unit, etc (optional)"), provinces(), cities(),
        text("zip", "E.g., 20001 or 20001-0000"), text("instructions", "Delivery instructions (optional)"),
        ...model.extra.map((one) => text(one.name, one.label))];
    }

    function setDefault() {
      const box = make("input", { type: "checkbox", checked: model.isDefault ? "" : null });
      box.onchange = () => { model.isDefault = box.checked; };
      return make("label", { class: "next-checkbox-wrapper" }, box, "Set as default shipping address");
    }

    async function confirm() {
      wrong = await save(model);
      if (Object.keys(wrong).length) { manual = true; draw(); }
    }

    function draw() {
      form.replaceChildren(countries(), text("firstName", "First name*"), text("lastName", "Last name*"), text("phoneCountry", "+1"),
        text("mobileNo", "Mobile number*"),
        make("div", { class: "next-form-item" }, make("span", { class: "next-select next-select-auto-complete" },
          make("input", { type: "text", role: "combobox", placeholder: "Search by address" }))),
        ...byHand(), setDefault(),
        make("div", { class: "address-buttons" },
          make("button", { type: "button", class: "next-btn next-btn-primary", onclick: confirm }, "Confirm"),
          make("button", { type: "button", class: "next-btn", onclick: close }, "Cancel")));
    }

    draw();
    return form;
  };
})();
