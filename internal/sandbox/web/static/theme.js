// Loaded before the page is drawn, so that a chosen theme never flashes.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem('tapgate.theme'); } catch { /* storage is off: follow the system */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
