// Runs in the page, after Mermaid: draws each diagram, and again when light turns to dark.
const dark = matchMedia('(prefers-color-scheme: dark)');
const diagrams = [...document.querySelectorAll('pre.mermaid')].map((element) => ({ element, source: element.textContent }));

async function draw() {
  globalThis.mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark.matches ? 'dark' : 'default' });
  for (const [index, { element, source }] of diagrams.entries()) {
    try {
      const { svg } = await globalThis.mermaid.render(`diagram-${index}`, source);
      element.innerHTML = svg;
    } catch (error) {
      element.textContent = `This diagram could not be drawn: ${error.message}\n\n${source}`;
      element.dataset.failed = '';
    }
  }
  // How high the page has become, for pictures of the whole of it.
  document.documentElement.dataset.drawn = String(Math.ceil(document.querySelector('main').getBoundingClientRect().bottom + 32));
}

dark.addEventListener('change', () => void draw());
void draw();
