/* For children: words read aloud, words spoken instead of typed. Comfort only, and only by what
   the device itself can do: a voice or an ear that lives elsewhere is never asked. */
(function () {
  "use strict";
  var language = (document.documentElement.lang || "fr").slice(0, 2);

  /* Reading aloud: the buttons stay hidden until the device has a voice of its own. */
  function voiceHere() {
    return window.speechSynthesis.getVoices().find(function (voice) {
      return voice.localService === true && voice.lang.slice(0, 2).toLowerCase() === language;
    });
  }

  function stopSpeaking() {
    window.speechSynthesis.cancel();
    document.querySelectorAll(".speak--now").forEach(function (button) {
      button.classList.remove("speak--now");
    });
  }

  function speak(button) {
    var again = button.classList.contains("speak--now");
    var voice = voiceHere();
    stopSpeaking();
    if (again || !voice) return;
    var words = new window.SpeechSynthesisUtterance(button.dataset.speak);
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = 0.9;
    words.onend = words.onerror = function () {
      button.classList.remove("speak--now");
    };
    button.classList.add("speak--now");
    window.speechSynthesis.speak(words);
  }

  function offerVoices() {
    if (!voiceHere()) return;
    document.querySelectorAll("[data-speak][hidden]").forEach(function (button) {
      button.hidden = false;
    });
  }

  if ("speechSynthesis" in window && "SpeechSynthesisUtterance" in window) {
    offerVoices();
    window.speechSynthesis.addEventListener("voiceschanged", offerVoices);
    document.addEventListener("htmx:afterSwap", offerVoices);
    document.addEventListener("click", function (click) {
      var button = click.target.closest("[data-speak]");
      if (button) speak(button);
    });
    window.addEventListener("pagehide", stopSpeaking);
  }

  /* Speaking instead of typing: where the browser can listen on the device, in our language,
     with what is already installed. Elsewhere it would send a child's voice to a company. */
  var mic = document.querySelector("[data-listen]");
  var Ear = window.SpeechRecognition;
  if (!mic || !Ear || !("processLocally" in Ear.prototype) || typeof Ear.available !== "function") {
    return;
  }
  var box = document.getElementById(mic.dataset.listen);

  Ear.available({ langs: [mic.dataset.language], processLocally: true })
    .then(function (state) {
      mic.hidden = state !== "available";
    })
    .catch(function () {});

  mic.addEventListener("click", function () {
    var ear = new Ear();
    ear.processLocally = true;
    ear.lang = mic.dataset.language;
    ear.maxAlternatives = 1;
    ear.onresult = function (heard) {
      box.value = heard.results[0][0].transcript.slice(0, 200);
      box.form.requestSubmit();
    };
    ear.onend = ear.onerror = function () {
      mic.classList.remove("speak--now");
    };
    mic.classList.add("speak--now");
    ear.start();
  });
})();
