/* Comfort only: on a phone the filters fold away, and stay as the reader left them. */
(function () {
  "use strict";
  var narrow = window.matchMedia("(max-width: 59.99rem)");
  var open = null;

  function fold() {
    var filters = document.querySelector("details[data-facets]");
    if (!filters) return;
    filters.open = narrow.matches ? open === true : true;
    filters.querySelector("summary").addEventListener("click", function () {
      open = !filters.open;
    });
  }

  fold();
  document.addEventListener("htmx:afterSwap", fold);
})();
