// SPDX-License-Identifier: Apache-2.0
// Colours of the levels are those of Okabe and Ito ("Color Universal Design", 2008), told apart by the common forms of
// colour blindness; every level has its own symbol and word besides. The script writes log values by textContent only.
#include "sink/html_page.h"

namespace bartizan {

const char* const kReportStyle = R"css(
:root{color-scheme:light dark;--ground:#fff;--panel:#f5f6f8;--text:#1b1f24;--soft:#57606a;--line:#d0d7de;--link:#0b5cad;--l4:#b34a00;--l3:#8f6200;--l2:#0072b2;--l1:#00785a;--l0:#636b77;--f4:#d55e00;--f3:#e69f00;--f2:#56b4e9;--f1:#009e73;--f0:#999}
@media(prefers-color-scheme:dark){:root{--ground:#0f1318;--panel:#181e26;--text:#e6e9ed;--soft:#9aa4b0;--line:#323b46;--link:#7cb7ff;--l4:#ff9a57;--l3:#f3b93d;--l2:#7cc6f2;--l1:#3fcfa4;--l0:#a8b0ba}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1280px;padding:1.25rem 1.5rem 4rem;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0 0 .2rem}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
.soft,.note{color:var(--soft)}
.warn{border-left:4px solid var(--f4);background:var(--panel);padding:.5rem .8rem;margin:.6rem 0}
button,input,select{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:6px;padding:.35rem .6rem}
button{cursor:pointer}
:focus-visible{outline:3px solid var(--f2);outline-offset:1px}
.levels{display:grid;grid-template-columns:repeat(5,1fr);gap:.6rem;margin:1rem 0}
.levels button{border-left-color:var(--line)!important;display:block;text-align:left;background:var(--panel);padding:.6rem .8rem;border-top:4px solid}
.levels b{display:block;font-size:1.5rem;color:var(--text);font-variant-numeric:tabular-nums}
.levels [aria-pressed=false]{opacity:.45;border-top-style:dashed}
@media(max-width:700px){.levels{grid-template-columns:repeat(2,1fr)}}
.v4{color:var(--l4)}.v3{color:var(--l3)}.v2{color:var(--l2)}.v1{color:var(--l1)}.v0{color:var(--l0)}
.k4{fill:var(--f4)}.k3{fill:var(--f3)}.k2{fill:var(--f2)}.k1{fill:var(--f1)}.k0{fill:var(--f0)}
.b4{border-left-color:var(--f4)!important;border-top-color:var(--mark,var(--f4))!important}.b3{border-left-color:var(--f3)!important;border-top-color:var(--mark,var(--f3))!important}.b2{border-left-color:var(--f2)!important;border-top-color:var(--mark,var(--f2))!important}.b1{border-left-color:var(--f1)!important;border-top-color:var(--mark,var(--f1))!important}.b0{border-left-color:var(--f0)!important;border-top-color:var(--mark,var(--f0))!important}
.level{white-space:nowrap;font-weight:600}
.filters{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;position:sticky;top:0;background:var(--ground);padding:.6rem 0;border-bottom:1px solid var(--line);z-index:2}
.filters label{display:flex;flex-direction:column;font-size:.8rem;color:var(--soft);gap:.15rem;flex:1 1 10rem;min-width:0}
.filters input,.filters select{width:100%;font-size:.95rem;color:var(--text)}
svg{display:block;width:100%;height:auto;background:var(--panel);border-radius:8px}
svg text{fill:var(--soft);font-size:12px}svg .lane{stroke:var(--line)}svg rect.hit{fill:transparent;cursor:pointer}svg rect.hit:hover{fill:var(--soft);fill-opacity:.15}
table{border-collapse:collapse;width:100%}
.scroll{overflow-x:auto;max-height:32rem;overflow-y:auto;border:1px solid var(--line);border-radius:8px}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{position:sticky;top:0;background:var(--panel);white-space:nowrap}
th button{border:0;background:none;padding:0;font-weight:600}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.why{white-space:pre-line}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums}
td button{border:0;background:none;padding:0;color:var(--link);text-align:left}
td button:hover{text-decoration:underline}
tr:last-child td{border-bottom:0}
.attack{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.5rem}
.attack div{background:var(--panel);border-radius:8px;padding:.5rem .6rem;border:1px solid var(--line);border-left:4px solid}
.attack button{border:0;background:none;padding:0;display:flex;width:100%;justify-content:space-between;color:var(--link)}
.attack button.sub{font-size:.87rem;padding-left:.7rem}
.attack span{color:var(--text);font-variant-numeric:tabular-nums}
details,.attack div{--mark:var(--line)}
details{border:1px solid var(--line);border-left:4px solid;border-radius:6px;margin:.35rem 0;background:var(--panel)}
summary{display:grid;grid-template-columns:11.5rem 8.5rem 1fr 13rem;gap:.6rem;padding:.45rem .7rem;cursor:pointer}
@media(max-width:800px){summary{grid-template-columns:1fr}}
summary .time{font-variant-numeric:tabular-nums;color:var(--soft)}
summary .time::before{content:"\25b8";display:inline-block;width:1.1em}details[open] summary .time::before{content:"\25be"}
summary .host{text-align:right;color:var(--soft)}
.inside{padding:.2rem .8rem .8rem;background:var(--ground);border-radius:0 0 6px 6px}
.inside h3{font-size:.9rem;margin:.8rem 0 .2rem}
.inside td{font-size:.9rem}
code{font:.88em/1.4 ui-monospace,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .9rem;margin:.4rem 0}dt{color:var(--soft)}dd{margin:0}
ul{margin:.2rem 0;padding-left:1.2rem}
@media print{.filters,#more{display:none}.scroll{max-height:none}}
)css";

const char* const kReportBody = R"html(<div id="page" hidden>
<p class="soft" id="lead"></p><div id="warnings"></div>
<div class="levels" id="levels" role="group" aria-label="Levels shown"></div>
<form class="filters" id="filters" role="search">
<label>Text<input type="search" id="text" placeholder="in any value"></label>
<label>Host<select id="host"></select></label><label>Rule<select id="rule"></select></label>
<label>Technique<select id="technique"></select></label>
<button type="reset" id="reset">Clear filters</button></form>
<p id="matching" aria-live="polite"></p>
<section><h2>Timeline (UTC)</h2><div id="timeline"></div><p class="note" id="timenote"></p></section>
<section><h2>Rules</h2><div class="scroll" id="rules" tabindex="0" role="region" aria-label="Rules"></div></section>
<section><h2>Hosts</h2><div class="scroll" id="hosts" tabindex="0" role="region" aria-label="Hosts"></div></section>
<section><h2>ATT&amp;CK techniques</h2><div class="attack" id="attack"></div></section>
<section><h2>Findings</h2><p class="note">The gravest level first, then the rule that fired least often, then time. Open one to see why.</p><div id="findings"></div><button type="button" id="more">Show more</button></section>
<section><h2>What was read</h2><div id="read"></div></section>
</div>
)html";

const char* const kReportScript = R"js('use strict';
(function(){
const data=JSON.parse(document.getElementById('data').textContent);
const levels=['informational','low','medium','high','critical'],symbols=['·','○','●','▲','◆'];
const at=id=>document.getElementById(id);
function make(name,options,...children){
  const node=document.createElement(name);
  for(const key in options||{}){if(key==='click')node.addEventListener('click',options[key]);else node.setAttribute(key,options[key]);}
  for(const child of children)node.append(child instanceof Node?child:document.createTextNode(String(child)));
  return node;
}
function drawn(name,options,text){
  const node=document.createElementNS('http://www.w3.org/2000/svg',name);
  for(const key in options)node.setAttribute(key,options[key]);
  if(text!==undefined)node.textContent=text;
  return node;
}
// Characters that cannot be seen, or that turn the direction of the text, are shown by their number.
const hidden=/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const plain=text=>String(text).replace(hidden,c=>'\\u{'+c.charCodeAt(0).toString(16)+'}');
const count=n=>n.toLocaleString('en-GB');
const many=(n,one)=>count(n)+' '+one+(n===1?'':'s');
const day=text=>text?text.slice(0,19).replace('T',' '):'';
const findings=data.findings;
for(const f of findings){
  f.rank=levels.indexOf(f.level);f.rule=f.rule_id||f.rule_title;
  if(f.time.startsWith('1970-01-01T00:00:00.0000000'))f.time='';
  f.at=Date.parse(f.time);
  f.text=[f.rule_title,f.rule_id,f.host,f.file,f.channel,f.event_id,f.record_id,f.attack.join(' '),f.advisory.join(' '),
    ...f.why.map(w=>w.field+' '+w.pattern+' '+w.value),...f.entities.map(e=>e.value)].join('\n').toLowerCase();
}
const chosen={levels:new Set([0,1,2,3,4]),text:'',host:null,rule:null,technique:null,from:null,to:null};
const PAGE=100;let limit=PAGE,visible=[];
const under=(id,parent)=>id===parent||id.startsWith(parent+'.');
function matches(f){
  return chosen.levels.has(f.rank)&&(chosen.host===null||f.host===chosen.host)&&(chosen.rule===null||f.rule===chosen.rule)&&
    (chosen.technique===null||f.attack.some(id=>under(id,chosen.technique)))&&
    (chosen.from===null||(f.at>=chosen.from&&f.at<=chosen.to))&&(!chosen.text||f.text.includes(chosen.text));
}
function levelMark(rank){return make('span',{class:'level v'+rank},symbols[rank]+' '+levels[rank]);}
function grouped(keys){
  const groups=new Map();
  for(const f of visible)for(const key of keys(f)){
    let g=groups.get(key);
    if(!g)groups.set(key,g={key,sample:f,n:0,rank:0,byLevel:[0,0,0,0,0],hosts:new Set(),rules:new Set(),first:'',last:''});
    g.n++;g.rank=Math.max(g.rank,f.rank);g.byLevel[f.rank]++;if(f.host)g.hosts.add(f.host);g.rules.add(f.rule);
    if(f.time){if(!g.first||f.time<g.first)g.first=f.time;if(f.time>g.last)g.last=f.time;}
  }
  return [...groups.values()];
}
// Tables sort by buttons in their headers, so that a keyboard reaches them.
const order={rules:{column:0,down:true},hosts:{column:1,down:true}};
function table(id,columns,rows){
  const state=order[id],by=columns[state.column].by;
  const compare=(a,b)=>{const x=by(a),y=by(b);return x<y?-1:x>y?1:0;};
  rows.sort((a,b)=>(state.down?-1:1)*compare(a,b)||b.rank-a.rank||a.n-b.n||(a.key<b.key?-1:1));
  const head=make('tr');
  columns.forEach((column,i)=>{
    const here=state.column===i,arrow=here?(state.down?' ↓':' ↑'):'';
    const button=make('button',{type:'button',click(){
      if(here)state.down=!state.down;else{state.column=i;state.down=!column.textual;}
      draw();const again=at(id).querySelectorAll('th button')[i];if(again)again.focus();}},column.name+arrow);
    head.append(make('th',{scope:'col',class:column.kind||'','aria-sort':here?(state.down?'descending':'ascending'):'none'},button));
  });
  const body=make('tbody'),shown=rows.slice(0,500);
  for(const row of shown)body.append(make('tr',{},...columns.map(c=>make('td',{class:c.kind||''},c.show(row)))));
  at(id).replaceChildren(make('table',{},make('thead',{},head),body));
  if(rows.length>shown.length)at(id).append(make('p',{class:'note'},count(rows.length-shown.length)+' more rows; filter to see them.'));
}
function picker(name,value,label){return make('button',{type:'button',click(){chosen[name]=value;sync();}},label);}
const number=(name,by)=>({name,by,kind:'n',show:r=>count(by(r))});
const moment=(name,by)=>({name,by,kind:'t',textual:true,show:r=>day(by(r))});
function tables(){
  table('rules',[{name:'Level',by:r=>r.rank,show:r=>levelMark(r.rank)},
    {name:'Rule',by:r=>r.sample.rule_title.toLowerCase(),textual:true,show:r=>picker('rule',r.key,plain(r.sample.rule_title))},
    number('Findings',r=>r.n),number('Hosts',r=>r.hosts.size),moment('First',r=>r.first),moment('Last',r=>r.last)],grouped(f=>[f.rule]));
  table('hosts',[{name:'Host',by:r=>r.key.toLowerCase(),textual:true,show:r=>picker('host',r.key,plain(r.key)||'(no host named)')},
    number('◆ Critical',r=>r.byLevel[4]),number('▲ High',r=>r.byLevel[3]),number('● Medium',r=>r.byLevel[2]),number('○ Low',r=>r.byLevel[1]),
    number('· Info',r=>r.byLevel[0]),number('Rules',r=>r.rules.size),moment('First',r=>r.first),moment('Last',r=>r.last)],grouped(f=>[f.host]));
}
// One lane a level: place and name tell the level, the colour repeats it. Heights grow with the logarithm of the count.
function timeline(){
  const timed=visible.filter(f=>!Number.isNaN(f.at));
  const place=at('timeline');
  if(!timed.length){place.replaceChildren(make('p',{class:'soft'},'No finding with a time.'));at('timenote').textContent='';return;}
  let from=Infinity,to=-Infinity;
  for(const f of timed){from=Math.min(from,f.at);to=Math.max(to,f.at);}
  const bins=96,span=Math.max(to-from,1000),left=120,width=1060,lane=40,top=8;
  const counts=levels.map(()=>new Array(bins).fill(0));let most=1;
  for(const f of timed){const bin=Math.min(bins-1,Math.floor((f.at-from)/span*bins));most=Math.max(most,++counts[f.rank][bin]);}
  const svg=drawn('svg',{viewBox:'0 0 1200 '+(top+5*lane+30),role:'img','aria-label':'Findings over time, a row for each level'});
  const step=width/bins;
  for(let rank=4,row=0;rank>=0;rank--,row++){
    const base=top+(row+1)*lane,total=counts[rank].reduce((a,b)=>a+b,0);
    svg.append(drawn('text',{x:8,y:base-14},symbols[rank]+' '+levels[rank]),drawn('line',{class:'lane',x1:left,x2:left+width,y1:base,y2:base}),drawn('text',{x:8,y:base-1},count(total)));
    counts[rank].forEach((n,bin)=>{if(!n)return;
      const height=5+(lane-12)*Math.log(1+n)/Math.log(1+most);
      svg.append(drawn('rect',{class:'k'+rank,x:left+bin*step+.75,y:base-height,width:step-1.5,height,rx:1.5}));});
  }
  const short=span<864e5*2;
  for(let i=0;i<=4;i++){
    const iso=new Date(from+span*i/4).toISOString();
    svg.append(drawn('text',{x:left+width*i/4,y:top+5*lane+20,'text-anchor':i===0?'start':i===4?'end':'middle'},short?iso.slice(0,19).replace('T',' '):iso.slice(0,10)));
  }
  for(let bin=0;bin<bins;bin++){
    const total=counts.reduce((sum,c)=>sum+c[bin],0);if(!total)continue;
    const a=from+span*bin/bins,b=from+span*(bin+1)/bins;
    const hit=drawn('rect',{class:'hit',x:left+bin*step,y:top,width:step,height:5*lane});
    hit.append(drawn('title',{},day(new Date(a).toISOString())+' to '+day(new Date(b).toISOString())+': '+[4,3,2,1,0].filter(r=>counts[r][bin]).map(r=>counts[r][bin]+' '+levels[r]).join(', ')));
    hit.addEventListener('click',()=>{chosen.from=a;chosen.to=b;sync();});
    svg.append(hit);
  }
  place.replaceChildren(svg);
  at('timenote').textContent='Heights are logarithmic; the tallest bar is '+many(most,'finding')+'. Click a bar to look into its time'+(chosen.from!==null?'; clear the filters to see all of it again.':'.');
}
function attack(){
  const groups=new Map();
  for(const g of grouped(f=>[...new Set(f.attack)])){
    const parent=g.key.split('.')[0];if(!groups.has(parent))groups.set(parent,{parent,rank:0,subs:[],own:null});
    const group=groups.get(parent);group.rank=Math.max(group.rank,g.rank);
    if(g.key===parent)group.own=g;else group.subs.push(g);
  }
  const totals=new Map(grouped(f=>[...new Set(f.attack.map(id=>id.split('.')[0]))]).map(g=>[g.key,g.n]));
  const cells=[...groups.values()].sort((a,b)=>a.parent<b.parent?-1:1).map(group=>{
    const cell=make('div',{class:'b'+group.rank});
    const line=(id,n,kind)=>{const b=picker('technique',id,symbols[group.rank]+' '+plain(id));if(kind){b.textContent=plain(id);b.className=kind;}b.append(make('span',{},count(n)));return b;};
    cell.append(line(group.parent,totals.get(group.parent)||0,''));
    for(const sub of group.subs.sort((a,b)=>a.key<b.key?-1:1))cell.append(line(sub.key,sub.n,'sub'));
    return cell;
  });
  if(!cells.length)cells.push(make('p',{class:'soft'},'No technique named by the rules that fired.'));
  at('attack').replaceChildren(...cells);
}
function inside(f){
  const node=make('div',{class:'inside'});
  node.append(make('h3',{},'Why'));
  if(f.why.length){
    const body=make('tbody');
    for(const w of f.why)body.append(make('tr',{},make('td',{},w.field?make('code',{},plain(w.field)):'any field'),make('td',{},plain(w.predicate)),make('td',{},make('code',{},plain(w.pattern))),make('td',{},make('code',{},plain(w.value)))));
    node.append(make('table',{},make('thead',{},make('tr',{},...['Field','Test','Pattern','Value in the record'].map(t=>make('th',{scope:'col'},t)))),body));
  }else node.append(make('p',{class:'soft'},'The rule gives no single test, such as one that asks for the absence of a value.'));
  const list=make('dl'),pair=(name,value)=>{if(value!==''&&value!==undefined)list.append(make('dt',{},plain(name)),make('dd',{},plain(value)));};
  pair('Time',f.time);
  for(const e of f.entities)pair(e.type,e.value);
  pair('Channel',f.channel);pair('Event id',f.event_id||'');pair('File',f.file);pair('Record',f.record_id);
  pair('ATT&CK',f.attack.join(', '));pair('Advisory',f.advisory.join(', '));pair('Rule id',f.rule_id);pair('Finding',f.id);
  node.append(make('h3',{},'What and where'),list);
  return node;
}
function list(){
  const nodes=visible.slice(0,limit).map(f=>{
    const node=make('details',{class:'b'+f.rank},make('summary',{},make('span',{class:'time'},day(f.time)||'no time'),levelMark(f.rank),make('span',{},plain(f.rule_title)),make('span',{class:'host'},plain(f.host))));
    node.addEventListener('toggle',()=>{if(node.open&&node.children.length===1)node.append(inside(f));});
    return node;
  });
  if(!nodes.length)nodes.push(make('p',{class:'soft'},findings.length?'No finding matches the filters.':'No findings. See below what was read: silence is no proof that nothing happened.'));
  at('findings').replaceChildren(...nodes);
  at('more').hidden=visible.length<=limit;
  at('more').textContent='Show more ('+count(Math.max(0,visible.length-limit))+' left)';
}
function draw(){
  visible=findings.filter(matches);
  let text=count(visible.length)+' of '+many(findings.length,'finding')+' shown';
  if(chosen.from!==null)text+=', from '+day(new Date(chosen.from).toISOString())+' to '+day(new Date(chosen.to).toISOString());
  at('matching').textContent=text+'.';
  timeline();tables();attack();list();
}
function fill(id,all,pairs){
  at(id).replaceChildren(make('option',{value:''},all),...pairs.map(([key,label],i)=>{const o=make('option',{value:String(i+1)},label);o.key=key;return o;}));
  at(id).addEventListener('change',()=>{const o=at(id).selectedOptions[0];chosen[id]=o.value===''?null:o.key;sync();});
}
function sync(){
  for(const id of['host','rule','technique'])for(const o of at(id).options)if(o.value===''?chosen[id]===null:o.key===chosen[id])o.selected=true;
  for(const b of at('levels').children)b.setAttribute('aria-pressed',String(chosen.levels.has(Number(b.dataset.rank))));
  limit=PAGE;draw();
}
function header(){
  const s=data.summary;
  at('lead').textContent=many(data.total,'finding')+' in '+many(s.events,'event')+' of '+many(s.files,'file')+' ('+count(s.bytes)+' bytes), '+many(s.rules,'rule')+' loaded';
  const warn=text=>at('warnings').append(make('p',{class:'warn'},text));
  if(s.interrupted)warn('The scan was interrupted: only a part of the evidence was read.');
  if(data.total>findings.length)warn('This page holds the '+count(findings.length)+' most important of '+count(data.total)+' findings; everything below the level counts is about those. The CSV and JSONL forms hold all.');
  for(let rank=4;rank>=0;rank--){
    at('levels').append(make('button',{type:'button',class:'v'+rank+' b'+rank,'data-rank':rank,'aria-pressed':'true',click(){
      if(chosen.levels.has(rank))chosen.levels.delete(rank);else chosen.levels.add(rank);sync();}},
      make('b',{},count(data.levels[rank])),symbols[rank]+' '+levels[rank]));
  }
}
function readPart(){
  const s=data.summary,place=at('read');
  const line=text=>place.append(make('p',{},text));
  line(many(s.files,'file')+', '+many(s.events,'event')+'; '+many(s.rules,'rule')+' loaded'+(s.rules_unusable?', '+count(s.rules_unusable)+' could not be used':'')+'; oddities in the evidence: '+count(s.oddities)+'.');
  const block=(title,items)=>{if(items.length)place.append(make('h3',{},title+' ('+count(items.length)+')'),make('ul',{},...items.slice(0,1000).map(i=>make('li',{},make('code',{},plain(i))))));};
  block('Not recognised',s.not_recognised);block('Could not be read',s.unreadable);
  block('Log sources that rules need and that were not there',s.missing);
  block('Events by channel',s.channels.slice().sort((a,b)=>b.count-a.count).map(c=>count(c.count)+'  '+(c.name||'(no channel)')));
}
const byLabel=(a,b)=>a[1]<b[1]?-1:1;
fill('host','All hosts',[...new Set(findings.map(f=>f.host))].map(h=>[h,plain(h)||'(no host named)']).sort(byLabel));
fill('rule','All rules',[...new Map(findings.map(f=>[f.rule,plain(f.rule_title)]))].sort(byLabel));
fill('technique','All techniques',[...new Set(findings.flatMap(f=>f.attack.flatMap(id=>[id.split('.')[0],id])))].map(t=>[t,plain(t)]).sort(byLabel));
let waiting=0;
at('text').addEventListener('input',()=>{clearTimeout(waiting);waiting=setTimeout(()=>{chosen.text=at('text').value.toLowerCase();sync();},150);});
at('filters').addEventListener('submit',e=>e.preventDefault());
at('filters').addEventListener('reset',()=>{Object.assign(chosen,{levels:new Set([0,1,2,3,4]),text:'',host:null,rule:null,technique:null,from:null,to:null});setTimeout(sync,0);});
at('more').addEventListener('click',()=>{limit+=PAGE*2;list();});
header();readPart();draw();at('page').hidden=false;
})();
)js";

}  // namespace bartizan
