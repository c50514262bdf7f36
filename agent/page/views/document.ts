/** The whole page, and its parts that change while it is open. */
import { html } from 'ghtml';
import { actionForm, copyable, sprite } from '../../../shared/page/parts.ts';
import type { Model } from '../model.ts';
import { cyclesBlock, summaryBlock } from './activity.ts';
import { bucketHead, bucketRowsBlock, bucketSummaryBlock, bucketTotalsBlock } from './buckets.ts';
import { checksBlock } from './checks.ts';
import { leavingBlock } from './leaving.ts';
import { leftOutBlock } from './left-out.ts';
import { linesOf } from './log.ts';
import { actionsBlock, pathBlock, verdictBlock } from './verdict.ts';

/** The live parts: element id to content. Buttons and scrolled areas stay outside, so that nothing jumps. */
export function blocksOf(model: Model, token: string) {
  return {
    verdict: verdictBlock(model),
    actions: actionsBlock(model, token),
    path: pathBlock(model),
    summary: summaryBlock(model),
    cycles: cyclesBlock(model),
    leaving: leavingBlock(model),
    'left-out': leftOutBlock(model),
    'bucket-summary': bucketSummaryBlock(model),
    'bucket-rows': bucketRowsBlock(model),
    'bucket-totals': bucketTotalsBlock(model),
    checks: checksBlock(model),
  };
}

export function documentOf(model: Model, token: string): string {
  const blocks = blocksOf(model, token);
  const { tenant, version } = model.state;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${model.verdict.word} &ndash; Hallpass agent</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/pico.css">
<link rel="stylesheet" href="/assets/uplot.css">
<link rel="stylesheet" href="/assets/design.css">
<link rel="stylesheet" href="/assets/page.css">
<script src="/assets/uplot.js" defer></script>
<script type="module" src="/assets/page.js" blocking="render"></script>
</head>
<body data-token="${token}">
!${sprite}
<header>
  <h1>Hallpass agent</h1>
  <p><strong>${tenant ?? 'not enrolled'}</strong><span>${model.badge.name}</span><span>version ${version}</span></p>
</header>
<main>
<p id="silence" class="silence" role="alert" hidden></p>
<p id="announcement" class="hint" role="status"></p>
<section class="top" aria-label="State">
  <div id="verdict">!${blocks.verdict}</div>
  <div id="actions" class="actions">!${blocks.actions}</div>
</section>
<section aria-label="The way of the data">
  <ol id="path" class="path">!${blocks.path}</ol>
</section>
<section class="panel activity" aria-labelledby="activity-title">
  <div class="panel-head"><h2 id="activity-title">Last 24 hours</h2><div id="summary">!${blocks.summary}</div></div>
  <figure id="plots" class="plots" aria-hidden="true" hidden>
    <figcaption><span class="key records">records sent</span> <span class="key failures">&times; failed cycle</span> <span id="readout" class="readout"></span></figcaption>
    <div id="plot-records" class="plot-box"></div>
    <figcaption><span class="key seconds">seconds per cycle</span></figcaption>
    <div id="plot-seconds" class="plot-box low"></div>
  </figure>
</section>
<section class="panel cycles" aria-labelledby="cycles-title">
  <div class="panel-head"><h2 id="cycles-title">Last cycles</h2></div>
  <p class="swipe">Swipe or scroll the table sideways: it has more columns.</p>
  <div class="scroller" tabindex="0" role="region" aria-label="Table of cycles">
  <table><thead><tr><th scope="col">Ended</th><th scope="col">Result</th><th scope="col" class="number">Sent</th><th scope="col" class="number">Deleted</th><th scope="col" class="number">Took</th></tr></thead>
  <tbody id="cycles">!${blocks.cycles}</tbody></table>
  </div>
</section>
<section class="panel buckets" aria-labelledby="buckets-title">
  <div class="panel-head"><h2 id="buckets-title">Schools</h2>
    <div class="find"><label for="find" class="hint">Find a school</label><input id="find" type="text" inputmode="search" placeholder="Find a school" autocomplete="off"><button type="button" id="only-open" class="toggle" aria-pressed="false">Only not in step</button></div>
  </div>
  <div id="bucket-summary">!${blocks['bucket-summary']}</div>
  <div id="left-out">!${blocks['left-out']}</div>
  <p class="swipe">Swipe or scroll the table sideways: it has more columns.</p>
  <div class="scroller tall" tabindex="0" role="region" aria-label="Table of schools">
  <table class="matrix"><thead>!${bucketHead}</thead><tbody id="bucket-rows">!${blocks['bucket-rows']}</tbody><tfoot id="bucket-totals">!${blocks['bucket-totals']}</tfoot></table>
  <p id="found-none" class="empty" hidden>No school matches.</p>
  </div>
</section>
<section class="panel checks-panel" aria-labelledby="checks-title">
  <div class="panel-head"><h2 id="checks-title">Checks</h2>!${model.checks === undefined ? '' : actionForm('/actions/check', token, html`<button id="check-button" class="secondary">Run the checks</button>`)}</div>
  <div id="checks" class="scroller tall" tabindex="0" role="region" aria-label="Results of the checks">!${blocks.checks}</div>
</section>
<section class="panel leaving" aria-labelledby="leaving-title">
  <div class="panel-head"><h2 id="leaving-title">What leaves this building</h2></div>
  <p class="swipe">Swipe or scroll the table sideways: it has more columns.</p>
  <div id="leaving" class="scroller" tabindex="0" role="region" aria-label="Fields by kind">!${blocks.leaving}</div>
</section>
<section class="panel log-panel" aria-labelledby="log-title">
  <div class="panel-head"><h2 id="log-title">Log</h2>
    <div class="tools"><fieldset id="levels" class="segments"><legend class="hint">Lines to show</legend>
      <button type="button" data-level="routine" aria-pressed="false">Everything</button><button type="button" data-level="info" aria-pressed="true">Events</button><button type="button" data-level="warning" aria-pressed="false">Problems</button>
    </fieldset><button type="button" id="hold-log" class="toggle" aria-pressed="false">Pause scrolling</button></div>
  </div>
  <div id="log-box" class="log" data-show="info" tabindex="0" role="region" aria-label="Lines of the log"><ol id="log">!${linesOf(model.log)}</ol><p id="log-empty" class="empty" hidden>No line of this kind yet.</p></div>
</section>
</main>
<footer>!${footer(model)}</footer>
</body>
</html>`;
}

function footer({ badge, state }: Model): string {
  const id = (label: string, value: string | undefined) =>
    value === undefined ? '' : html`<p><span>${label}</span> !${copyable(value, label.toLowerCase())}</p>`;
  return html`!${id('Agent id', badge.agentId)}!${id('Tenant id', badge.tenantId)}!${id('State folder', state.folder)}`;
}
