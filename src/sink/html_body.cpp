// SPDX-License-Identifier: Apache-2.0
#include "sink/html_page.h"

namespace bartizan {

const char* const kReportBody = R"html(<a class="skip" href="#findings-part">Skip to the findings</a>
<div id="page" hidden>
<nav aria-label="Parts of the report" class="top"><ul><li><a href="#summary">Summary</a></li><li><a href="#timeline-part">Timeline</a></li><li><a href="#findings-part">Findings</a></li>
<li><a href="#rules-part">Rules</a></li><li><a href="#hosts-part">Hosts</a></li><li><a href="#attack-part">ATT&amp;CK</a></li><li id="groups-link"><a href="#groups-part">Groups</a></li>
<li><a href="#read-part">What was read</a></li></ul><button type="button" id="theme">Dark</button></nav>
<main>
<section id="summary" aria-label="Summary"><p class="lead" id="lead"></p><div id="warnings"></div>
<div class="tiles" id="tiles"></div>
<div class="cards"><section><h2>Worst first</h2><div id="worst"></div></section><section><h2>Hosts involved</h2><div id="involved"></div></section>
<section><h2>What was read, and what was not</h2><div id="brief"></div></section></div></section>
<div>
<form class="filters" id="filters" role="search" aria-label="Filter the findings"><div class="row">
<label>Text<input type="search" id="text" placeholder="in any value"></label>
<label>Host<select id="host"></select></label><label>Rule<select id="rule"></select></label>
<label>Technique<select id="technique"></select></label>
<div class="toggles" id="levels" role="group" aria-label="Levels shown"></div>
<button type="reset">Clear</button></div>
<div class="chips"><span id="matching" role="status"></span><span id="chips"></span></div></form>
<section id="timeline-part"><h2>Timeline (UTC)</h2><div class="tools"><label>Rows <select id="rows"><option value="level">levels</option><option value="host">hosts</option><option value="tactic">tactics</option></select></label>
<button type="button" id="wider" hidden>Show the whole time</button></div><div id="timeline"></div><p class="note" id="timenote"></p>
<details id="timetable"><summary>The same as a table</summary><div></div></details></section>
<section id="findings-part"><h2>Findings</h2><p class="note">Number 1 is the most important: the gravest level first, then the rule that fired least often, then time. The arrow keys move between the findings; open one to see why it fired and the whole record.</p>
<div class="scroll wide" id="findings" tabindex="-1"></div><p><button type="button" id="more">Show more</button></p></section>
<section id="rules-part"><h2>Rules that fired</h2><div class="scroll short" id="rules" tabindex="0" role="region" aria-label="Rules that fired"></div></section>
<section id="hosts-part"><h2>Hosts</h2><div class="scroll short" id="hosts" tabindex="0" role="region" aria-label="Hosts"></div></section>
<section id="attack-part"><h2>ATT&amp;CK techniques by tactic</h2><p class="note" id="attacknote"></p><div class="matrix" id="attack" tabindex="0" role="region" aria-label="ATT&amp;CK matrix"></div></section>
</div>
<section id="groups-part"><h2>Groups: what is it consistent with?</h2><div id="groups"></div></section>
<section id="read-part"><h2>What was read, and what was not</h2><div id="read"></div></section>
</main></div>
)html";

}  // namespace bartizan
