/* Comfort only: a phone takes one photo at a time, this keeps them together as pages.
   Without it, several files chosen at once do the same. */
(function () {
  "use strict";

  var words = {
    fr: ["Page", "Retirer", "Envoi", "Envoyé. Vérification du document…", "Ajoutez une page si besoin, puis envoyez."],
    en: ["Page", "Remove", "Sending", "Sent. Checking the document…", "Add a page if you need to, then send."],
    ar: ["صفحة", "إزالة", "جارٍ الإرسال", "تم الإرسال. جارٍ التحقق من المستند…", "أضف صفحة إذا لزم الأمر، ثم أرسل."]
  };
  function say(index) {
    return (words[document.documentElement.lang] || words.fr)[index];
  }

  function show(input) {
    var list = input.pagesList;
    if (!list) {
      list = document.createElement("ol");
      list.className = "pages";
      list.setAttribute("aria-live", "polite");
      input.after(list);
      input.pagesList = list;
    }
    list.replaceChildren();
    input.pagesKept.forEach(function (file, place) {
      var item = document.createElement("li");
      var name = document.createElement("span");
      name.textContent = say(0) + " " + (place + 1) + " : " + file.name;
      var away = document.createElement("button");
      away.type = "button";
      away.className = "btn btn--small btn--quiet";
      away.textContent = say(1);
      away.setAttribute("aria-label", say(1) + " " + say(0) + " " + (place + 1));
      away.addEventListener("click", function () {
        input.pagesKept.splice(place, 1);
        put(input);
      });
      item.append(name, away);
      list.append(item);
    });
    if (input.pagesKept.length) {
      var hint = document.createElement("li");
      hint.className = "soft small";
      hint.textContent = say(4);
      list.append(hint);
    }
  }

  function put(input) {
    var transfer = new DataTransfer();
    input.pagesKept.forEach(function (file) {
      transfer.items.add(file);
    });
    input.files = transfer.files;
    show(input);
  }

  document.addEventListener("change", function (event) {
    var input = event.target;
    if (!input.matches || !input.matches("input[type=file][data-pages]")) return;
    input.pagesKept = (input.pagesKept || []).concat(Array.from(input.files));
    put(input);
  });

  // How much has left: the form is sent as ever, its answer takes the place of the page.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-upload]") || !window.FormData) return;
    var input = form.querySelector("input[type=file]");
    if (!input || !input.files.length) return;
    event.preventDefault();
    var bar = form.querySelector("progress") || document.createElement("progress");
    var line = form.querySelector(".pages__state") || document.createElement("p");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", say(2));
    line.className = "pages__state soft small";
    line.setAttribute("role", "status");
    form.append(bar, line);
    var request = new XMLHttpRequest();
    request.open("POST", form.action || window.location.href);
    request.upload.addEventListener("progress", function (step) {
      if (!step.lengthComputable) return;
      bar.value = (100 * step.loaded) / step.total;
      line.textContent = bar.value < 100 ? say(2) + " : " + Math.round(bar.value) + " %" : say(3);
    });
    request.addEventListener("load", function () {
      var here = request.responseURL || window.location.href;
      var page = new DOMParser().parseFromString(request.responseText, "text/html");
      if (!page.querySelector("main")) {
        window.location.assign(here);
        return;
      }
      window.history.pushState({}, "", here);
      document.title = page.title;
      document.body.replaceWith(document.adoptNode(page.body));
      if (window.htmx) window.htmx.process(document.body);
      var first = document.querySelector("[data-focus], .error-summary, main");
      window.scrollTo(0, 0);
      if (first) first.focus();
    });
    request.addEventListener("error", function () {
      bar.remove();
      line.remove();
      delete form.dataset.sent;
      form.removeAttribute("data-upload");
      form.submit();
    });
    request.send(new FormData(form, event.submitter));
  });

  window.addEventListener("popstate", function () {
    window.location.reload();
  });
})();
