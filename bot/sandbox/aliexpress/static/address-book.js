// The address book of the confirm page: the list of entries, and saving one; the two forms are in files of their own.
(() => {
  const GET = "mtop.aliexpress.address.addressinfo.get";
  const PLACES = "mtop.aliexpress.address.shipto.division.get";
  const SAVE = "mtop.aliexpress.address.addressinfo.save";
  const { make } = drawing;
  const FIELDS = ["id", "country", "firstName", "lastName", "phoneCountry", "mobileNo", "address", "address2", "province", "city",
    "zip", "instructions", "cpf", "rut", "pccc"];

  const places = async (country = "", province = "") => mtop(PLACES, { country, province }, "get");

  // What is typed so far: only what an input event told is known, as in a form that its script controls.
  async function modelOf(entry) {
    const model = Object.fromEntries(FIELDS.map((name) => [name, entry?.[name] ?? ""]));
    model.isDefault = entry?.isDefault ?? false;
    if (!entry) Object.assign(model, { country: "US", phoneCountry: "+1" });
    model.countries = (await places()).divisionList;
    model.extra = (await places(model.country)).extraFields;
    return model;
  }

  async function intoCountry(model, { code, phoneCode }) {
    Object.assign(model, { country: code, phoneCountry: phoneCode, province: "", city: "", zip: "" });
    model.extra = (await places(code)).extraFields;
  }

  const countryName = (model) => model.countries.find((one) => one.code === model.country).name;

  // Saves an entry and chooses it; the texts of refusal by field, empty where all is well.
  async function save(model, choose) {
    const typed = Object.fromEntries(FIELDS.map((name) => [name, model[name]]));
    const answer = await mtop(SAVE, { ...typed, isDefault: model.isDefault }, "post");
    if (!answer.success) return Object.fromEntries(answer.errors.map((one) => [one.field, one.message]));
    frame.close();
    choose(answer.addressId);
    return {};
  }

  // What holds list and form: a drawer from the right, or a dialog.
  const frame = {
    show(title, ...inside) {
      frame.close();
      const drawer = told.addressDesign === "drawer";
      frame.box = drawer
        ? make("div", { class: "comet-drawer comet-drawer-right pl-address-model-cls" }, make("div", { class: "comet-drawer-content" },
          make("div", { class: "comet-drawer-header pl-modal-header-cls" }, make("div", { class: "comet-drawer-title" }, title),
            make("span", { class: "comet-icon comet-icon-close", "aria-label": "Close", onclick: () => frame.close() }, "×")),
          make("div", { class: "comet-drawer-body" }, inside)))
        : make("div", { class: "next-overlay-wrapper" }, make("div", { class: "next-dialog", role: "dialog" },
          make("div", { class: "next-dialog-header" }, title), make("div", { class: "next-dialog-body" }, inside)));
      document.body.append(frame.box);
    },
    close() {
      frame.box?.remove();
      document.querySelectorAll(".mt-drawer-modal, .next-select-menu").forEach((one) => one.remove());
    },
  };
  addEventListener("keydown", (event) => { if (event.key === "Escape" && told.addressDesign === "form") frame.close(); });

  async function edit(entry, choose) {
    const model = await modelOf(entry);
    const form = told.addressDesign === "drawer" ? drawerForm : dialogForm;
    frame.show(entry ? "Edit address" : "Add new address", form(model, (now) => save(now, choose), () => frame.close()));
  }

  function item(entry, current, choose) {
    const on = entry.id === current;
    const pick = () => { frame.close(); choose(entry.id); };
    const remove = async () => { await mtop(SAVE, { id: entry.id, operator: "delete" }, "post"); frame.close(); };
    return make("div", { class: "ae-address-item-wrapper" },
      make("label", { class: `comet-radio${on ? " comet-radio-checked" : ""}`, onclick: pick },
        make("input", { class: "comet-radio-input", type: "radio", checked: on ? "" : null })),
      make("div", { class: "cm-address-item-content" },
        make("div", { class: "ae-address-item-name" }, entry.contactPerson, " ", make("span", {}, `${entry.phoneCountry} ${entry.mobileNo}`)),
        make("div", { class: "ae-address-item-detail" }, [entry.address, entry.address2].filter(Boolean).join(", ")),
        make("div", { class: "ae-address-item-region" }, entry.regionAddress),
        entry.isDefault ? make("span", { class: "ae-address-item-default comet-tag" }, "Default") : null),
      make("span", { class: "ae-address-item-edit-btn", "aria-label": "Edit", onclick: () => edit(entry, choose) }, "✎"),
      make("span", { class: "ae-address-item-delete-btn", "aria-label": "Delete", onclick: remove }, "🗑"));
  }

  async function open(current, choose) {
    const { addressList } = await mtop(GET, { _lang: told.language }, "get");
    frame.show("Shipping address", make("div", { class: "cm-address-list" }, addressList.map((one) => item(one, current, choose))),
      make("button", { type: "button", class: "comet-btn comet-btn-primary add-address", onclick: () => edit(null, choose) }, "Add new address"));
  }

  window.addressBook = { open, add: (choose) => edit(null, choose), places, intoCountry, countryName };
})();
