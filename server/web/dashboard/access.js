// Whoever reads this page shows a token where the server wants one. It is kept for this tab, no longer.
'use strict';

const TOKEN_KEY = 'indexcast.token';

const access = {
  token: sessionStorage.getItem(TOKEN_KEY) ?? '',
  wanted: false,               // the page waits for a token

  headers() { return access.token ? { Authorization: 'Bearer ' + access.token } : {}; },

  keep(token) {
    access.token = token;
    if (token) sessionStorage.setItem(TOKEN_KEY, token);
    else sessionStorage.removeItem(TOKEN_KEY);
    document.getElementById('forget').hidden = !token;
  },

  // The server knows no reader without a token, or not this one.
  demand() {
    if (access.wanted) return;
    document.getElementById('refused').hidden = !access.token;
    access.keep('');
    access.wanted = true;
    document.getElementById('connection').textContent = 'token needed';
    document.body.classList.add('locked');
    document.getElementById('access').hidden = false;
    document.getElementById('token').focus();
  },

  // `begin`: what goes on with the token that was given.
  listen(begin) {
    document.getElementById('access').addEventListener('submit', (event) => {
      event.preventDefault();
      const field = document.getElementById('token');
      access.keep(field.value.trim());
      field.value = '';
      access.wanted = false;
      document.getElementById('access').hidden = true;
      document.body.classList.remove('locked');
      begin();
    });
    document.getElementById('forget').addEventListener('click', () => {
      access.keep('');
      location.reload();
    });
    document.getElementById('forget').hidden = !access.token;
  },
};
