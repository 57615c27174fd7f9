// SPDX-License-Identifier: Apache-2.0
// Colours, then every part of the page, then the page is shown.
function theme() {
  const wish = matchMedia('(prefers-color-scheme: dark)'),
    press = at('theme');
  const set = dark => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    press.textContent = dark ? 'Light colours' : 'Dark colours';
  };
  set(wish.matches);
  wish.addEventListener('change', () => set(wish.matches));
  press.addEventListener('click', () => set(document.documentElement.dataset.theme !== 'dark'));
}
theme();
filters();
header();
groups();
coverage();
draw();
at('page').hidden = false;
