// SPDX-License-Identifier: Apache-2.0
// Colours of the levels are those of Okabe and Ito ("Color Universal Design", 2008), told apart by the common
// forms of colour blindness; every level has its own symbol and word besides. Text has a contrast of at
// least 4.5 to its ground (WCAG 2.2 AA).
#include "sink/html_page.h"

namespace bartizan {

const char* const kReportStyle = R"css(
:root{color-scheme:light;--ground:#fff;--panel:#f4f6f8;--text:#1b1f24;--soft:#545d68;--line:#d0d7de;--link:#0a54a0;--mark:#fff1a8;
--l4:#a84300;--l3:#805800;--l2:#0069a6;--l1:#00704f;--l0:#5c6470;--f4:#d55e00;--f3:#e69f00;--f2:#56b4e9;--f1:#009e73;--f0:#999}
:root[data-theme=dark]{color-scheme:dark;--ground:#0f1318;--panel:#181e26;--text:#e6e9ed;--soft:#a0aab5;--line:#323b46;--link:#82baff;--mark:#5a4a00;
--l4:#ff9a57;--l3:#f3b93d;--l2:#7cc6f2;--l1:#3fcfa4;--l0:#a8b0ba}
*{box-sizing:border-box}
html{scroll-padding-top:8rem}
body{margin:0 auto;max-width:1320px;padding:1rem 1.5rem 4rem;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}
h2{font-size:1.15rem;margin:2.2rem 0 .5rem}
h3{font-size:.95rem;margin:.9rem 0 .3rem}
p{margin:.4rem 0}
a{color:var(--link)}
.soft,.note{color:var(--soft)}.note{font-size:.9rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.4rem .8rem;z-index:9}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.top{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;align-items:baseline;justify-content:space-between}
nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.3rem 0 0;padding:0}
.warn{border-left:4px solid var(--f4);background:var(--panel);padding:.5rem .8rem;margin:.6rem 0}
.lead{font-size:1.15rem;margin:.9rem 0 .6rem}
button,input,select{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:6px;padding:.3rem .6rem}
button{cursor:pointer}button:hover{border-color:var(--soft)}
:focus-visible{outline:3px solid var(--link);outline-offset:1px}
.plain,th button,td button{border:0;background:none;padding:0;color:var(--link);text-align:left;border-radius:2px}
th button{color:inherit;font-weight:600}.plain:hover,td button:hover,th button:hover{text-decoration:underline}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:.6rem;margin:.6rem 0}
.tiles div{background:var(--panel);border-radius:6px;padding:.45rem .8rem;border-top:4px solid}
.tiles b{display:block;font-size:1.4rem;color:var(--text);font-variant-numeric:tabular-nums}
.cards{display:grid;grid-template-columns:5fr 4fr 4fr;gap:1rem}
.cards section{background:var(--panel);border-radius:8px;padding:.6rem .9rem}.cards h2{margin:0 0 .4rem;font-size:1rem}
.cards ol,.cards ul{list-style:none;margin:0;padding:0}.cards li{padding:.28rem 0;border-top:1px solid var(--line)}.cards li:first-child{border:0}
.cards small{display:block;color:var(--soft)}.cards ol li{display:grid;grid-template-columns:6.3rem 1fr;gap:0 .3rem}.cards ol small,.cards ol a{grid-column:2}
.v4{color:var(--l4)}.v3{color:var(--l3)}.v2{color:var(--l2)}.v1{color:var(--l1)}.v0{color:var(--l0)}
.k4{fill:var(--f4);background:var(--f4)}.k3{fill:var(--f3);background:var(--f3)}.k2{fill:var(--f2);background:var(--f2)}.k1{fill:var(--f1);background:var(--f1)}.k0{fill:var(--f0);background:var(--f0)}
.e4{border-color:var(--f4)!important}.e3{border-color:var(--f3)!important}.e2{border-color:var(--f2)!important}.e1{border-color:var(--f1)!important}.e0{border-color:var(--f0)!important}
.level{white-space:nowrap;font-weight:600}
.bar{display:flex;height:7px;border-radius:3px;overflow:hidden;margin-top:.25rem;gap:1px}.bar span{min-width:3px}
.filters{position:sticky;top:0;background:var(--ground);padding:.5rem 0;border-bottom:1px solid var(--line);z-index:3;margin-top:1.5rem}
.filters .row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end}
.filters label{display:flex;flex-direction:column;font-size:.8rem;color:var(--soft);gap:.1rem;flex:1 1 9rem;min-width:0}
.filters input,.filters select{width:100%;font-size:.95rem;color:var(--text)}
.toggles{display:flex;flex-wrap:wrap;gap:.3rem}.toggles button{padding:.3rem .5rem;border-bottom:3px solid}.toggles [aria-pressed=false]{text-decoration:line-through;opacity:.7;border-bottom-style:dotted}
.chips{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;margin-top:.35rem;font-size:.9rem}.chips button{border-radius:1rem;padding:.05rem .7rem}
svg{display:block;width:100%;height:auto;background:var(--panel);border-radius:8px}
svg text{fill:var(--soft);font-size:12px}svg .lane{stroke:var(--line)}
svg rect.hit{fill:transparent;cursor:pointer}svg rect.hit:hover,svg rect.hit:focus{fill:var(--soft);fill-opacity:.18}
svg rect.hit:focus{stroke:var(--link);stroke-width:2.5;outline:none}
.tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.3rem 0}
table{border-collapse:collapse;width:100%}
.scroll{overflow:auto;border:1px solid var(--line);border-radius:8px}.short{max-height:27rem}
.short th.n{width:7.5rem}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{background:var(--panel);white-space:nowrap;font-size:.9rem}.short th{position:sticky;top:0;z-index:1}
tr:last-child>td{border-bottom:0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums}
td.why{white-space:pre-line}
.wide td{overflow-wrap:anywhere}.wide .h{min-width:9.5rem}.wide .r{min-width:15rem}.wide .w{font-size:.88rem;color:var(--soft);min-width:13rem}
tr.open>td{background:var(--panel);border-bottom:0}tr.detail>td{background:var(--panel);padding:0 .9rem .9rem}
td .tools button,.tools button{border:1px solid var(--line);padding:.25rem .6rem;color:inherit;background:var(--ground);border-radius:6px}tr.detail table{background:var(--ground)}tr.detail td:first-child{min-width:9.5rem}tr.detail .two th:nth-child(2),tr.detail .two td:nth-child(2){min-width:6rem}tr.detail td{font-size:.9rem}
.hit td:first-child{border-left:4px solid var(--f3)}
mark{background:var(--mark);color:inherit;padding:0 .05em;outline:1px solid var(--f3)}
code,pre{font:.88em/1.45 ui-monospace,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre{background:var(--ground);border:1px solid var(--line);border-radius:6px;padding:.6rem;max-height:24rem;overflow:auto;margin:.3rem 0}
.two{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:0 1.4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .9rem;margin:.3rem 0}dt{color:var(--soft)}dd{margin:0}
.matrix{display:flex;gap:.4rem;overflow-x:auto;padding:.2rem .1rem .6rem}
.matrix>section{flex:1 0 8.6rem;max-width:15rem}.matrix h3{margin:0 0 .3rem;font-size:.85rem;min-height:2.5em}
.matrix>section.none{flex:0 0 2.1rem}.matrix .none h3{writing-mode:vertical-rl;color:var(--soft);font-weight:400;min-height:0;white-space:nowrap;margin:0 auto}
.matrix ul{list-style:none;margin:0;padding:0}.matrix ul ul{padding-left:.5rem}
.matrix li>div{background:var(--panel);border-left:4px solid var(--line);border-radius:5px;padding:.22rem .45rem;margin-bottom:.3rem;font-size:.86rem;line-height:1.3}
.matrix small{color:var(--soft);display:flex;justify-content:space-between;gap:.4rem}
details>summary{cursor:pointer;padding:.2rem 0}
.group{border:1px solid var(--line);border-radius:8px;padding:.3rem .9rem;margin:.5rem 0}.group[open]{padding-bottom:.8rem}
.group.fits{border-left:4px solid var(--f2)}
.ids{columns:17rem;margin:.2rem 0;padding-left:1.1rem;font-size:.92rem}
ul{margin:.2rem 0;padding-left:1.2rem}
@media(max-width:900px){tr.detail td:first-child{min-width:0}.cards,.two{grid-template-columns:minmax(0,1fr)}.filters{position:static}html{scroll-padding-top:1rem}}
@media(max-width:640px){body{padding:.8rem .8rem 3rem}.tiles{grid-template-columns:repeat(2,1fr)}tr.detail .two table{min-width:34rem}
.wide{position:relative}.wide>table>thead{position:absolute;display:block;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.wide>table,.wide>table>tbody{display:block}.wide>table>tbody>tr{display:block;border-bottom:1px solid var(--line);padding:.3rem 0}.wide>table>tbody>tr>td{display:block;border:0;padding:.1rem .6rem}.wide td.n{text-align:left}.wide td[data-name]::before{content:attr(data-name) ": ";color:var(--soft)}}
@media print{:root,:root[data-theme=dark]{color-scheme:light;--ground:#fff;--panel:#fff;--text:#000;--soft:#444;--line:#bbb;--link:#000;--mark:#eee;--l4:#000;--l3:#000;--l2:#000;--l1:#000;--l0:#000}
body{max-width:none;padding:0;font-size:10.5pt}nav,.skip,.filters .row,.tools,#theme,#more,.chips button{display:none!important}.filters{position:static;border:0}
.scroll,.short,pre{max-height:none;overflow:visible;border:0}.matrix{flex-wrap:wrap;overflow:visible}tr,.group,.matrix li{break-inside:avoid}h2{break-after:avoid}
.short th{position:static}.tiles div,.k4,.k3,.k2,.k1,.k0{print-color-adjust:exact}}
)css";

}  // namespace bartizan
