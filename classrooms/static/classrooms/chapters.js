/* Parts of a long page are folded where there is little room; here they unfold where there is. */
(function () {
  "use strict";

  var wide = window.matchMedia("(min-width: 44.01rem)");

  function parts(more) {
    return document.querySelectorAll("details[data-chapter]" + (more || ""));
  }
  function unfold() {
    parts(":not([data-seen])").forEach(function (part) {
      part.dataset.seen = "yes";
      if (wide.matches) part.open = true;
    });
  }
  unfold();
  // A page that waited for a trial becomes its result.
  document.addEventListener("htmx:afterSettle", unfold);

  // A link to a part unfolds it.
  function reach() {
    var wanted = window.location.hash.length > 1 && document.getElementById(window.location.hash.slice(1));
    var part = wanted && wanted.closest("details[data-chapter]");
    if (!part || part.open) return;
    part.open = true;
    part.scrollIntoView();
  }
  window.addEventListener("hashchange", reach);
  reach();

  // Paper has room for all; afterwards the screen is as it was.
  window.addEventListener("beforeprint", function () {
    parts(":not([open])").forEach(function (part) {
      part.dataset.printed = "yes";
      part.open = true;
    });
  });
  window.addEventListener("afterprint", function () {
    parts("[data-printed]").forEach(function (part) {
      delete part.dataset.printed;
      part.open = false;
    });
  });
})();
