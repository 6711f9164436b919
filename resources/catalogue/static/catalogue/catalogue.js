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

  /* Titles offered while one types, by the browser's own list: it speaks to every reader. */
  function offer(box) {
    var list = document.getElementById("titres");
    var waiting = null;
    var asked = "";
    box.addEventListener("input", function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(function () {
        var text = box.value.trim();
        if (text.length < 3 || text === asked) return;
        asked = text;
        window
          .fetch(box.dataset.suggest + "?q=" + encodeURIComponent(text))
          .then(function (answer) {
            return answer.ok ? answer.json() : { suggestions: [] };
          })
          .then(function (found) {
            if (text !== asked) return;
            list.replaceChildren.apply(
              list,
              found.suggestions.map(function (title) {
                var option = document.createElement("option");
                option.value = title;
                return option;
              }),
            );
          })
          .catch(function () {});
      }, 250);
    });
  }

  /* What one writes to keep a search is no change of the search. */
  document.addEventListener(
    "change",
    function (change) {
      if (change.target.closest(".keep-search")) change.stopPropagation();
    },
    true,
  );

  /* Typing asks often; the server is told which question was really meant. */
  document.addEventListener("htmx:configRequest", function (asking) {
    var cause = asking.detail.triggeringEvent;
    if (cause && cause.type !== "input") asking.detail.headers["X-Search-Settled"] = "1";
  });

  var box = document.querySelector("input[data-suggest]");
  if (box) offer(box);
  fold();
  document.addEventListener("htmx:afterSwap", fold);
})();
