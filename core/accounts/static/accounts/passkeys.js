// Offers passkeys only where the browser knows them; says plainly when one did not work.
(function () {
  if (window.PublicKeyCredential) {
    for (const part of document.querySelectorAll('#passkey-login')) part.hidden = false
  }
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    for (const place of document.querySelectorAll('[data-passkey-error]')) place.hidden = false
  })
})()
