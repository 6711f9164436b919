/* Comfort only: every page works without this file. */
(function () {
  "use strict";

  // Pop-up menus close with Escape and with a click elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.pop[open]").forEach(function (pop) {
      if (!pop.contains(event.target)) pop.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.pop[open]").forEach(function (pop) {
      pop.open = false;
      pop.querySelector("summary").focus();
    });
  });

  // Tabs that slide start where one is.
  document.querySelectorAll(":is(.tabs, .subtabs) [aria-current]").forEach(function (tab) {
    var list = tab.closest("ul, ol");
    var here = tab.getBoundingClientRect();
    var frame = list.getBoundingClientRect();
    list.scrollLeft += here.left + here.width / 2 - frame.left - frame.width / 2;
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeatable")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    window.setTimeout(function () {
      delete form.dataset.sent;
    }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });

  // What pages kept for a time without a network is not the next person's: it goes once
  // nobody is signed in. Acts that wait to be sent stay, without the page they were done on.
  function forget() {
    Object.keys(window.localStorage).forEach(function (key) {
      if (/^escale\..*\.page$/.test(key)) window.localStorage.removeItem(key);
    });
    if (!("caches" in window)) return Promise.resolve();
    return window.caches.keys().then(function (names) {
      return Promise.all(
        names.map(function (name) {
          return name.indexOf("escale-") === 0 && window.caches.delete(name);
        }),
      );
    });
  }
  if (document.body.hasAttribute("data-visitor")) {
    try {
      forget().catch(function () {});
    } catch (refused) {
      // A private window keeps nothing.
    }
  }

  // A list that filters itself when a choice changes.
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });
})();
