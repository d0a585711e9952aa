/** The look of every page. Colours keep a contrast of 4.5:1 on their ground (WCAG 2.2, 1.4.3) in both schemes. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f8; --glow: #ffffff; --card: #ffffff; --edge: #e2e6ec;
  --shadow: 0 1px 2px rgb(16 24 40 / 5%), 0 12px 32px rgb(16 24 40 / 8%);
  --ink: #171b22; --soft: #566070; --panel: #f4f6f9;
  --tone: #4b5a73; --halo: #e9edf4;
}
.success { --tone: #12734a; --halo: #dff3e8; }
.failure { --tone: #b3271e; --halo: #fce6e4; }
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116; --glow: #171c24; --card: #161b22; --edge: #2a313c;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 40px rgb(0 0 0 / 45%);
    --ink: #eceff4; --soft: #a3adbb; --panel: #0f141a;
    --tone: #a9b8d0; --halo: #232c3a;
  }
  .success { --tone: #5fd39b; --halo: #12321f; }
  .failure { --tone: #ff9086; --halo: #3d1a19; }
}
*, *::before, *::after { box-sizing: border-box; }
html { height: 100%; }
body {
  margin: 0; min-height: 100%; padding: 24px 16px;
  display: grid; grid-template-columns: minmax(0, 31rem); place-content: center; gap: 20px;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: var(--ink);
  background: radial-gradient(60rem 36rem at 50% 0, var(--glow), transparent) no-repeat var(--ground);
  -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
}
main {
  padding: clamp(28px, 7vw, 44px) clamp(20px, 6vw, 40px); text-align: center;
  background: var(--card); border: 1px solid var(--edge); border-radius: 20px; box-shadow: var(--shadow);
}
.sign { display: block; width: 72px; height: 72px; margin: 0 auto 22px; }
.sign circle { fill: var(--halo); }
.sign path { fill: none; stroke: var(--tone); stroke-width: 4.5; stroke-linecap: round; stroke-linejoin: round; }
h1 { margin: 0; font-size: clamp(1.4rem, 5.5vw, 1.65rem); line-height: 1.25; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; }
p { margin: 12px 0 0; color: var(--soft); overflow-wrap: anywhere; text-wrap: balance; }
.message { color: var(--ink); text-wrap: pretty; }
dl { margin: 24px 0 0; padding: 4px 18px; text-align: left; background: var(--panel); border: 1px solid var(--edge); border-radius: 12px; }
dl div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 20px; padding: 11px 0; }
dl div + div { border-top: 1px solid var(--edge); }
dt { color: var(--soft); font-size: .9375rem; }
dd { margin: 0; min-width: 0; font-weight: 550; font-size: .9375rem; overflow-wrap: anywhere; }
.next { margin-top: 24px; font-size: .9375rem; }
pre {
  margin: 8px 0 0; padding: 14px 16px; text-align: left;
  background: var(--panel); border: 1px solid var(--edge); border-radius: 12px;
  font: .9375rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
code { font: inherit; user-select: all; -webkit-user-select: all; }
.close { margin-top: 24px; }
form { margin: 24px 0 0; }
button {
  padding: 11px 26px; font: inherit; font-weight: 600; color: var(--card); background: var(--ink);
  border: 0; border-radius: 999px; cursor: pointer;
}
button:focus-visible { outline: 3px solid var(--tone); outline-offset: 3px; }
footer { text-align: center; font-size: .8125rem; letter-spacing: .02em; color: var(--soft); }
@media (prefers-reduced-motion: no-preference) {
  .sign path { stroke-dasharray: 60; animation: draw .25s ease-out both; }
  @keyframes draw { from { stroke-dashoffset: 60; } to { stroke-dashoffset: 0; } }
}
@media (forced-colors: active) { .sign path { stroke: CanvasText; } button { border: 1px solid; } }
`
