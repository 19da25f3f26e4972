// The front page: who is signed in, and the way to the orders.
(() => {
  const { make } = drawing;
  drawing.page(async (root) => {
    const orders = make("a", { href: "/p/order/index.html" }, "My Orders");
    const enter = make("a", { href: `${told.login}/?return_url=${encodeURIComponent(location.href)}` }, "Sign in");
    root.append(make("div", { class: "my-account" }, make("b", {}, "Account"), " ", told.signedIn ? orders : enter));
  });
})();
