/* Comfort only: without this file the same links come back with the boxes ticked. */
(function () {
  "use strict";

  function boxes(bar) {
    var form = bar.closest("form");
    return Array.prototype.filter.call(form.querySelectorAll("input[type=checkbox]:not(:disabled)"), function (box) {
      return box.name === bar.dataset.ticking;
    });
  }

  function tell(bar) {
    var said = bar.querySelector("output");
    var count = boxes(bar).filter(function (box) {
      return box.checked;
    }).length;
    said.textContent = count > 1 ? said.dataset.many.replace("#", count) : count ? said.dataset.one : said.dataset.none;
  }

  var bars = document.querySelectorAll("[data-ticking]");
  bars.forEach(tell);
  if (window.escaleTicks) return;
  window.escaleTicks = true;

  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-tick]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var bar = link.closest("[data-ticking]");
    event.preventDefault();
    boxes(bar).forEach(function (box) {
      var kinds = (box.dataset.kinds || "").split(" ");
      box.checked = link.dataset.tick === "*" || (link.dataset.tick !== "" && kinds.indexOf(link.dataset.tick) >= 0);
    });
    tell(bar);
  });
  document.addEventListener("change", function (event) {
    bars.forEach(function (bar) {
      if (event.target.name === bar.dataset.ticking && bar.closest("form").contains(event.target)) tell(bar);
    });
  });
})();
