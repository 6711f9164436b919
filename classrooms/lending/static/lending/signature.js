/* A pad to sign on with a finger, a pen or the mouse. Without it, one types one's name. */
(function () {
  "use strict";

  var WIDTH = 600;
  var HEIGHT = 200;
  var MOST = 6000;

  document.querySelectorAll("[data-signature]").forEach(function (part) {
    var canvas = part.querySelector("canvas");
    var field = part.querySelector("input[type=hidden]");
    var clear = part.querySelector("button");
    var context = canvas.getContext("2d");
    if (!context || !window.PointerEvent) return;
    var strokes = [];
    var points = 0;
    var current = null;

    canvas.width = WIDTH * 2;
    canvas.height = HEIGHT * 2;
    context.scale(2, 2);
    context.lineWidth = 3;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = getComputedStyle(canvas).color;
    part.hidden = false;

    function place(event) {
      var frame = canvas.getBoundingClientRect();
      var x = ((event.clientX - frame.left) / frame.width) * WIDTH;
      var y = ((event.clientY - frame.top) / frame.height) * HEIGHT;
      return [
        Math.round(Math.min(WIDTH, Math.max(0, x))),
        Math.round(Math.min(HEIGHT, Math.max(0, y))),
      ];
    }

    function draw(from, to) {
      context.beginPath();
      context.moveTo(from[0], from[1]);
      context.lineTo(to[0], to[1]);
      context.stroke();
    }

    canvas.addEventListener("pointerdown", function (event) {
      if (points >= MOST) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      var at = place(event);
      current = at.slice();
      strokes.push(current);
      points += 1;
      draw(at, at);
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!current || points >= MOST) return;
      var at = place(event);
      var last = current.slice(-2);
      if (at[0] === last[0] && at[1] === last[1]) return;
      draw(last, at);
      current.push(at[0], at[1]);
      points += 1;
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function () {
        current = null;
        field.value = strokes.length ? JSON.stringify(strokes) : "";
      });
    });
    clear.addEventListener("click", function () {
      strokes = [];
      points = 0;
      field.value = "";
      context.clearRect(0, 0, WIDTH, HEIGHT);
    });
  });
})();
