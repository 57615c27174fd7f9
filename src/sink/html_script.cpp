// SPDX-License-Identifier: Apache-2.0
#include "sink/html_page.h"

namespace bartizan {

const char* const kReportScript = R"js(
const findings=data.findings.map((entry,i)=>Object.assign(entry.finding,{number:i+1,record:entry.record,cut:entry.cut}));
const known=data.techniques,current=id=>known[id]&&known[id].now||id;
const techniqueName=id=>known[id]?known[id].name:'';
for(const f of findings){
  f.rank=levels.indexOf(f.level);f.rule=f.rule_id||f.rule_title;
  if(f.time.startsWith('1970-01-01T00:00:00.0000000'))f.time='';
  f.at=Date.parse(f.time);
  f.techniques=[...new Set(f.attack.map(current))];
  f.tactics=[...new Set(f.techniques.flatMap(id=>known[id]?known[id].tactics:[]))];
}
const everyLevel=()=>new Set([0,1,2,3,4]);
const chosen={levels:everyLevel(),text:'',host:null,rule:null,technique:null,from:null,to:null};
const PAGE=100;let limit=PAGE,visible=[];
const opened=new Set(),lowered=[];
const under=(id,parent)=>id===parent||id.startsWith(parent+'.');
function textOf(f){
  if(f.text===undefined)f.text=[f.rule_title,f.rule_id,f.level,f.host,f.file,f.channel,f.event_id,f.record_id,f.attack.join(' '),f.techniques.join(' '),f.advisory.join(' '),
    ...f.why.map(w=>w.field+' '+w.pattern+' '+w.value),...f.entities.map(e=>e.value)].join('\n').toLowerCase();
  return f.text;
}
function recordText(f){
  if(f.record<0)return '';
  if(lowered[f.record]===undefined)lowered[f.record]=data.records[f.record].text.replaceAll('\\\\','\\').toLowerCase();
  return lowered[f.record];
}
function matches(f){
  return chosen.levels.has(f.rank)&&(chosen.host===null||f.host===chosen.host)&&(chosen.rule===null||f.rule===chosen.rule)&&
    (chosen.technique===null||f.techniques.some(id=>under(id,chosen.technique)))&&
    (chosen.from===null||(f.at>=chosen.from&&f.at<=chosen.to))&&(!chosen.text||textOf(f).includes(chosen.text)||recordText(f).includes(chosen.text));
}
const hostName=host=>plain(host)||'(no host named)';
function picker(name,value,label,options){return button(label,()=>{chosen[name]=value;sync();at('filters').scrollIntoView();at(name).focus({preventScroll:true});},options);}
function draw(){
  visible=findings.filter(matches);
  const by=[chosen.text&&'text “'+plain(chosen.text)+'”',chosen.host!==null&&'host '+hostName(chosen.host),chosen.rule!==null&&'one rule',chosen.technique!==null&&'technique '+plain(chosen.technique),
    chosen.levels.size<5&&'levels',chosen.from!==null&&'time'].filter(Boolean).join(', ');
  at('matching').textContent=count(visible.length)+' of '+many(findings.length,'finding')+' shown'+(by?', filtered by '+by:'')+'.';
  timeline();tables();attack();list();
}
function tables(){
  const number=(name,by)=>({name,by,kind:'n',show:r=>count(by(r))}),moment=(name,by)=>({name,by,kind:'t',textual:true,show:r=>second(by(r))});
  table('rules',[{name:'Level',by:r=>r.rank,show:r=>levelMark(r.rank)},
    {name:'Rule',by:r=>r.sample.rule_title.toLowerCase(),textual:true,show:r=>picker('rule',r.key,plain(r.sample.rule_title))},
    number('Findings',r=>r.n),number('Hosts',r=>r.hosts.size),moment('First',r=>r.first),moment('Last',r=>r.last)],grouped(visible,f=>[f.rule]),tables);
  table('hosts',[{name:'Host',by:r=>r.key.toLowerCase(),textual:true,show:r=>{const cell=make('span',{},picker('host',r.key,hostName(r.key)));cell.append(levelBar(r.byLevel));return cell;}},
    ...[4,3,2,1,0].map(rank=>number(symbols[rank]+' '+levels[rank],r=>r.byLevel[rank])),number('Rules',r=>r.rules.size),moment('First',r=>r.first),moment('Last',r=>r.last)],grouped(visible,f=>[f.host]),tables);
}
// ---- timeline. A bar is as high as the logarithm of its count; its colour and symbol say its gravest level.
const BINS=80,LEFT=190,WIDTH=1000,TOP=8;let lanesBy='level',stop=-1;
function lanes(timed){
  if(lanesBy==='level')return [4,3,2,1,0].map(rank=>({label:symbols[rank]+' '+levels[rank],holds:f=>f.rank===rank}));
  if(lanesBy==='tactic'){
    const named=data.tactics.map((name,i)=>({label:name,holds:f=>f.tactics.includes(i)}));
    return [...named,{label:'no tactic known',holds:f=>!f.tactics.length}].filter(lane=>timed.some(lane.holds));
  }
  const hosts=grouped(timed,f=>[f.host]).sort((a,b)=>{for(let r=4;r>=0;r--)if(a.byLevel[r]!==b.byLevel[r])return b.byLevel[r]-a.byLevel[r];return a.key<b.key?-1:1;});
  const main=new Set(hosts.slice(0,12).map(g=>g.key)),first=hosts.slice(0,12).sort((a,b)=>a.first<b.first?-1:a.first>b.first?1:0);
  const out=first.map(g=>({label:hostName(g.key),holds:f=>f.host===g.key}));
  if(hosts.length>12)out.push({label:many(hosts.length-12,'more host'),holds:f=>!main.has(f.host)});
  return out;
}
function binned(timed,all,from,span){
  const bins=Array.from({length:BINS},()=>({n:0,byLevel:[0,0,0,0,0],lanes:all.map(()=>({n:0,rank:0}))}));
  for(const f of timed){
    const bin=bins[Math.min(BINS-1,Math.floor((f.at-from)/span*BINS))];
    bin.n++;bin.byLevel[f.rank]++;
    all.forEach((lane,i)=>{if(lane.holds(f)){bin.lanes[i].n++;bin.lanes[i].rank=Math.max(bin.lanes[i].rank,f.rank);}});
  }
  return bins;
}
function zoom(from,to){
  chosen.from=from;chosen.to=to;stop=-1;sync();
  const again=at('timeline').querySelector('rect.hit[tabindex="0"]');if(again)again.focus();
}
function timeline(){
  const timed=visible.filter(f=>!Number.isNaN(f.at)),place=at('timeline');
  at('wider').hidden=chosen.from===null;at('timetable').hidden=!timed.length;
  if(!timed.length){place.replaceChildren(make('p',{class:'soft'},'No finding with a time.'));at('timenote').textContent='';return;}
  let from=Infinity,to=-Infinity;
  for(const f of timed){from=Math.min(from,f.at);to=Math.max(to,f.at);}
  const span=Math.max(to-from,1000),all=lanes(timed),bins=binned(timed,all,from,span),height=Math.max(26,Math.min(38,260/all.length)),step=WIDTH/BINS;
  const foot=TOP+all.length*height,most=Math.max(1,...bins.flatMap(b=>b.lanes.map(l=>l.n)));
  const edge=bin=>from+span*bin/BINS;
  const svg=drawn('svg',{viewBox:'0 0 1200 '+(foot+28),role:'group','aria-label':'Findings over time. Left and right arrow keys move between the times that have findings, Enter looks into one, Escape shows the whole time.'});
  all.forEach((lane,i)=>{
    const base=TOP+(i+1)*height;
    svg.append(drawn('text',{x:8,y:base-8,'aria-hidden':'true'},cut(lane.label,24)),drawn('line',{class:'lane',x1:LEFT,x2:LEFT+WIDTH,y1:base,y2:base}));
    bins.forEach((bin,at)=>{const cell=bin.lanes[i];if(!cell.n)return;
      const tall=5+(height-18)*Math.log(1+cell.n)/Math.log(1+most);
      svg.append(drawn('rect',{class:'k'+cell.rank,x:LEFT+at*step+1,y:base-tall,width:step-2,height:tall,rx:1.5}));
      if(lanesBy!=='level')svg.append(drawn('text',{x:LEFT+(at+.5)*step,y:base-tall-1,'text-anchor':'middle','aria-hidden':'true'},symbols[cell.rank]));});
  });
  for(let i=0;i<=4;i++){
    const text=iso(from+span*i/4);
    svg.append(drawn('text',{x:LEFT+WIDTH*i/4,y:foot+19,'aria-hidden':'true','text-anchor':i===0?'start':i===4?'end':'middle'},span<864e5*2?text:text.slice(0,10)));
  }
  const filled=bins.map((b,i)=>b.n?i:-1).filter(i=>i>=0);
  if(!filled.includes(stop))stop=filled[0];
  const hits=filled.map(bin=>{
    const text=iso(edge(bin))+' to '+iso(edge(bin+1))+': '+levelCounts(bins[bin].byLevel);
    const hit=drawn('rect',{class:'hit',x:LEFT+bin*step,y:TOP,width:step,height:foot-TOP,role:'button','aria-label':text,tabindex:bin===stop?'0':'-1'});
    hit.append(drawn('title',{},text));
    hit.addEventListener('click',()=>zoom(edge(bin),edge(bin+1)));
    return hit;
  });
  svg.append(...hits);
  svg.addEventListener('keydown',event=>{
    const here=hits.indexOf(document.activeElement);if(here<0)return;
    const go={ArrowLeft:here-1,ArrowRight:here+1,Home:0,End:hits.length-1}[event.key];
    if(event.key==='Enter'||event.key===' ')zoom(edge(filled[here]),edge(filled[here]+1));
    else if(event.key==='Escape'&&chosen.from!==null)zoom(null,null);
    else if(go!==undefined&&hits[go]){hits[here].setAttribute('tabindex','-1');hits[go].setAttribute('tabindex','0');stop=filled[go];hits[go].focus();}
    else return;
    event.preventDefault();
  });
  place.replaceChildren(svg);
  at('timenote').textContent='Each bar is '+lasted(span/BINS)+'; heights are logarithmic, the tallest is '+many(most,'finding')+'. Click a bar, or press Enter on it, to look into its time.'+
    (timed.length<visible.length?' '+many(visible.length-timed.length,'finding')+' without a time.':'');
  const fillTable=()=>at('timetable').querySelector('div').replaceChildren(scrolled(make('table',{},heads('Time (UTC)','#Findings',...all.map(l=>'#'+l.label)),
    rows(filled.map(bin=>[timePicker(edge(bin),edge(bin+1)),make('td',{class:'n'},count(bins[bin].n)),...bins[bin].lanes.map(l=>make('td',{class:'n'},l.n?count(l.n):''))])))));
  at('timetable').ontoggle=()=>{if(at('timetable').open)fillTable();};
  if(at('timetable').open)fillTable();
}
const timePicker=(from,to)=>button(iso(from)+' to '+iso(to).slice(11),()=>zoom(from,to));
// ---- the matrix. A technique stands under each of its tactics, as in ATT&CK.
function attack(){
  const own=new Map(grouped(visible,f=>f.techniques).map(g=>[g.key,g])),whole=new Map(grouped(visible,f=>[...new Set(f.techniques.map(id=>id.split('.')[0]))]).map(g=>[g.key,g]));
  const cell=(id,g,name)=>make('div',{class:'e'+g.rank},picker('technique',id,(name?plain(name):plain(id)),{class:'plain'}),make('small',{},make('span',{},plain(id)),make('span',{},symbols[g.rank]+' '+count(g.n))));
  const column=(name,holds)=>{
    const parents=[...whole.keys()].filter(id=>holds(id)||[...own.keys()].some(sub=>under(sub,id)&&holds(sub))).sort();
    const section=make('section',{class:parents.length?'':'none'},make('h3',{},name));
    if(parents.length)section.append(make('ul',{},...parents.map(parent=>{
      const item=make('li',{},cell(parent,whole.get(parent),techniqueName(parent)));
      const subs=[...own.keys()].filter(id=>id!==parent&&under(id,parent)&&holds(id)).sort();
      if(subs.length)item.append(make('ul',{},...subs.map(id=>make('li',{},cell(id,own.get(id),techniqueName(id))))));
      return item;})));
    return section;
  };
  const columns=data.tactics.map((name,i)=>column(name,id=>!!known[id]&&known[id].tactics.includes(i)));
  const strange=column('Not in the table',id=>!known[id]);
  if(!strange.classList.contains('none'))columns.push(strange);
  at('attack').replaceChildren(...columns);
  const moved=[...new Set(visible.flatMap(f=>f.attack))].filter(id=>current(id)!==id).sort();
  at('attacknote').textContent=!whole.size?'The rules that fired name no technique.':'The number of findings and their gravest level. Techniques with several tactics stand under each.'+
    (moved.length?' Ids that a later ATT&CK version replaced stand under the new one: '+moved.map(id=>id+' → '+current(id)).join(', ')+'.':'');
}
)js"
                                  R"js(
// ---- the findings
const sorting={column:0,down:false};
const columns=[{name:'No.',kind:'n',textual:true,by:f=>f.number},{name:'Level',by:f=>f.rank},{name:'Time (UTC)',kind:'t',textual:true,by:f=>f.time},
  {name:'Rule',kind:'r',textual:true,by:f=>f.rule_title.toLowerCase()},{name:'Host',kind:'h',textual:true,by:f=>f.host.toLowerCase()},
  {name:'Why',kind:'w',textual:true,by:f=>reason(f).toLowerCase()},{name:'ATT&CK',textual:true,by:f=>f.techniques.join(' ')}];
// The reason that says most: what kind of record it is says little.
function reason(f){const w=f.why.find(w=>w.value&&!/^(EventID|Provider_Name|Channel)$/i.test(w.field))||f.why[0];return w?plain((w.field?w.field+': ':'')+(w.value||w.pattern)):'';}
function facts(f){
  const node=make('dl'),pair=(name,value)=>{if(value!==''&&value!==undefined&&value!==null)node.append(make('dt',{},plain(name)),make('dd',{},value instanceof Node?value:plain(value)));};
  pair('Time',f.time);for(const e of f.entities)pair(e.type,e.value);
  pair('Channel',f.channel);pair('Event id',f.event_id||'');pair('File',f.file);pair('Record',f.record_id);
  pair('ATT&CK',f.attack.map(id=>id+(techniqueName(id)?' '+techniqueName(id):'')+(current(id)!==id?' (today '+current(id)+')':'')).join('; '));
  pair('Advisory',f.advisory.join(', '));pair('Rule id',f.rule_id);pair('Finding',f.id);
  return node;
}
function recordPart(f){
  const node=make('div',{},make('h3',{},'The whole record'));
  if(f.record<0){node.append(make('p',{class:'soft'},f.record===-1?'The record itself was not kept. See file and record number above; `bartizan decode FILE` prints it.':'The record was left out, since the page would have become too large. `bartizan decode FILE` prints it.'));return node;}
  const record=data.records[f.record];let parsed=null;
  if(!record.cut)try{parsed=JSON.parse(record.text);}catch(e){parsed=null;}
  const press=button('Copy the record',()=>copy(record.text,press));
  node.append(make('div',{class:'tools'},press));
  if(record.cut)node.append(make('p',{class:'warn'},'The record was cut: it has '+size(record.size)+'. `bartizan decode FILE` prints it whole.'));
  if(parsed&&parsed.fields){
    const hit=new Set(f.why.map(w=>w.field.toLowerCase()));
    const body=make('tbody',{},...Object.entries(parsed.fields).map(([name,value])=>{
      const is=hit.has(name.toLowerCase());
      return make('tr',is?{class:'hit'}:{},make('td',{},make('code',{},plain(name)),is?make('span',{class:'soft'},' ← matched'):''),make('td',{},make('code',{},plain(Array.isArray(value)?value.join('\n'):value))));}));
    node.append(make('div',{class:'scroll'},make('table',{},heads('Field','Value'),body)));
  }
  node.append(make('details',parsed&&parsed.fields?{}:{open:''},make('summary',{},'As JSON'),make('pre',{tabindex:'0'},plain(record.text))));
  return node;
}
function inside(f){
  const node=make('div'),tenMinutes=6e5,press=button('Copy the finding',()=>copy(JSON.stringify(data.findings[f.number-1].finding,contract),press));
  const tools=make('div',{class:'tools'},press,button('Only this rule',()=>{chosen.rule=f.rule;sync();}));
  if(f.time)tools.append(button('This host, ten minutes around',()=>{chosen.host=f.host;chosen.rule=chosen.technique=null;chosen.text=at('text').value='';chosen.levels=everyLevel();chosen.from=f.at-tenMinutes;chosen.to=f.at+tenMinutes;sync();}));
  const why=make('div',{},make('h3',{},'Why it fired'));
  if(f.why.length)why.append(make('div',{class:'scroll'},make('table',{},heads('Field','Test','Pattern','Value in the record'),
    rows(f.why.map(w=>[w.field?make('code',{},plain(w.field)):w.predicate==='includes'?'':'any field',plain(w.predicate),make('code',{},plain(w.pattern)),marked(w.value,w.predicate,w.pattern)])))));
  else why.append(make('p',{class:'soft'},'The rule gives no single test, such as one that asks for the absence of a value.'));
  if(f.cut)why.append(make('p',{class:'note'},'Values longer than '+count(data.limits.value)+' bytes are cut here.'));
  node.append(tools,make('div',{class:'two'},why,make('div',{},make('h3',{},'What and where'),facts(f))),recordPart(f));
  return node;
}
const contract=['id','time','rule_id','rule_title','level','file','record_id','channel','event_id','host','attack','advisory','why','entities','field','predicate','pattern','value','type'];
function rowOf(f){
  const press=button(plain(f.rule_title),()=>flip(),{'aria-expanded':'false',class:'opener'});
  const cells=[[count(f.number),'n'],[levelMark(f.rank),''],[second(f.time)||'no time','t'],[press,'r'],[plain(f.host),'h'],[cut(reason(f),140),'w'],[f.techniques.map(plain).join(' '),'']];
  const row=make('tr',{},...cells.map(([content,kind],i)=>make('td',{class:kind,'data-name':columns[i].name},content)));
  let detail=null;
  function flip(){
    if(detail){detail.remove();detail=null;opened.delete(f.number);}
    else{detail=make('tr',{class:'detail'},make('td',{colspan:String(columns.length)},inside(f)));row.after(detail);opened.add(f.number);}
    row.classList.toggle('open',!!detail);press.setAttribute('aria-expanded',String(!!detail));
  }
  return [row,()=>{if(opened.has(f.number))flip();}];
}
function list(){
  const place=at('findings'),ranked=sorted(visible,columns,sorting,(a,b)=>a.number-b.number).slice(0,limit);
  at('more').hidden=visible.length<=limit;at('more').textContent='Show more ('+count(Math.max(0,visible.length-limit))+' left)';
  if(!ranked.length){place.replaceChildren(make('p',{class:'soft'},findings.length?'No finding matches the filters.':'No findings. See below what was read: silence is no proof that nothing happened.'));return;}
  const pairs=ranked.map(rowOf);
  place.replaceChildren(make('table',{},sortHead('findings',columns,sorting,list),make('tbody',{},...pairs.map(p=>p[0]))));
  for(const pair of pairs)pair[1]();
}
at('findings').addEventListener('keydown',event=>{
  if(!event.target.classList.contains('opener')||!['ArrowDown','ArrowUp'].includes(event.key))return;
  const all=[...at('findings').querySelectorAll('.opener')],next=all[all.indexOf(event.target)+(event.key==='ArrowDown'?1:-1)];
  if(next){next.focus();event.preventDefault();}
});
// ---- filters
function fill(id,all,pairs){
  at(id).replaceChildren(make('option',{value:''},all),...pairs.map(([key,label],i)=>{const o=make('option',{value:String(i+1)},label);o.key=key;return o;}));
  at(id).addEventListener('change',()=>{const o=at(id).selectedOptions[0];chosen[id]=o.value===''?null:o.key;sync();});
}
function sync(){
  for(const id of['host','rule','technique'])for(const o of at(id).options)if(o.value===''?chosen[id]===null:o.key===chosen[id])o.selected=true;
  for(const b of at('levels').children)b.setAttribute('aria-pressed',String(chosen.levels.has(Number(b.dataset.rank))));
  at('chips').replaceChildren(...(chosen.from===null?[]:[button('Time: '+iso(chosen.from)+' to '+iso(chosen.to)+' ✕',()=>{chosen.from=chosen.to=null;sync();})]));
  limit=PAGE;draw();
}
function filters(){
  const byLabel=(a,b)=>a[1]<b[1]?-1:1;
  fill('host','All hosts',[...new Set(findings.map(f=>f.host))].map(h=>[h,hostName(h)]).sort(byLabel));
  fill('rule','All rules',[...new Map(findings.map(f=>[f.rule,plain(f.rule_title)]))].sort(byLabel));
  fill('technique','All techniques',[...new Set(findings.flatMap(f=>f.techniques.flatMap(id=>[id.split('.')[0],id])))].map(t=>[t,plain(t)+' '+techniqueName(t)]).sort(byLabel));
  for(let rank=4;rank>=0;rank--)at('levels').append(button(symbols[rank]+' '+levels[rank],()=>{if(chosen.levels.has(rank))chosen.levels.delete(rank);else chosen.levels.add(rank);sync();},{class:'v'+rank+' e'+rank,'data-rank':rank,'aria-pressed':'true'}));
  let waiting=0;
  at('text').addEventListener('input',()=>{clearTimeout(waiting);waiting=setTimeout(()=>{chosen.text=at('text').value.toLowerCase();sync();},150);});
  at('filters').addEventListener('submit',e=>e.preventDefault());
  at('filters').addEventListener('reset',()=>{Object.assign(chosen,{levels:everyLevel(),text:'',host:null,rule:null,technique:null,from:null,to:null});setTimeout(sync,0);});
  at('wider').addEventListener('click',()=>zoom(null,null));
  at('rows').addEventListener('change',()=>{lanesBy=at('rows').value;timeline();});
  at('more').addEventListener('click',()=>{const was=limit;limit+=PAGE*2;list();const next=at('findings').querySelectorAll('.opener')[was];if(next)next.focus();});
}
// ---- the parts that do not follow the filters
function missingSources(s){return s.sources.length?s.sources.filter(x=>!x.events).map(x=>x.name):s.missing;}
function header(){
  const s=data.summary,hosts=grouped(findings,f=>[f.host]),warn=text=>at('warnings').append(make('p',{class:'warn'},text));
  let first='',last='';for(const f of findings)if(f.time){if(!first||f.time<first)first=f.time;if(f.time>last)last=f.time;}
  const worst=[4,3].filter(r=>data.levels[r]).map(r=>count(data.levels[r])+' '+levels[r]).join(' and '),named=hosts.filter(h=>h.key).length;
  at('lead').textContent=!data.total?'No findings.':many(data.total,'finding')+(worst?', of which '+worst:', none of them high or critical')+', on '+many(named,'host')+
    (first?'; '+spanText(first,last)+' UTC'+(second(first)===second(last)?'':' ('+lasted(Date.parse(last)-Date.parse(first))+')'):'')+'.';
  if(s.interrupted)warn('The scan was interrupted: only a part of the evidence was read.');
  if(data.total>findings.length)warn('This page holds the '+count(findings.length)+' most important of '+count(data.total)+' findings; everything below the level counts is about those. `--format csv` and `--format jsonl` write all.');
  if(s.unreadable.length)warn(many(s.unreadable.length,'file')+' could not be read, or not to the end: see the list below.');
  if(!data.total)for(const line of silence(s))at('warnings').append(make('p',{},line));
  for(let rank=4;rank>=0;rank--)at('tiles').append(make('div',{class:'v'+rank+' e'+rank},make('b',{},count(data.levels[rank])),symbols[rank]+' '+levels[rank]));
  cards(s,hosts);
}
function silence(s){
  if(!s.rules)return ['No rule was loaded, so that nothing could be found.'];
  if(!s.events)return ['No event was read, so that no rule was tried.'];
  return [many(s.applicable||s.rules,'rule')+(s.applicable?' of '+count(s.rules)+' could have applied to these logs':' were tried')+', and none fired. That is no proof that nothing happened: compare the logs that were read with the log sources that the rules need.'];
}
function cards(s,hosts){
  const rules=grouped(findings,f=>[f.rule]).sort((a,b)=>b.rank-a.rank||a.n-b.n||(a.first<b.first?-1:1)),more=(n,what,part)=>n>0?[make('li',{},make('a',{href:part},count(n)+' more '+what))]:[];
  const none=()=>make('p',{class:'soft'},'None.');
  at('worst').replaceChildren(rules.length?make('ol',{},...rules.slice(0,6).map(r=>make('li',{},levelMark(r.rank),picker('rule',r.key,plain(r.sample.rule_title),{class:'plain'}),
    make('small',{},(r.n>1?many(r.n,'finding')+', ':'')+[...r.hosts].slice(0,2).map(plain).join(', ')+(r.hosts.size>2?' and '+many(r.hosts.size-2,'more host'):'')+(r.first?', '+second(r.first):'')))),...more(rules.length-6,'rules','#rules-part')):none());
  const grave=hosts.filter(h=>h.key).sort((a,b)=>{for(let r=4;r>=0;r--)if(a.byLevel[r]!==b.byLevel[r])return b.byLevel[r]-a.byLevel[r];return a.key<b.key?-1:1;});
  at('involved').replaceChildren(grave.length?make('ul',{},...grave.slice(0,6).map(h=>make('li',{},picker('host',h.key,hostName(h.key),{class:'plain'}),levelBar(h.byLevel),make('small',{},levelCounts(h.byLevel)+(h.first?'; '+spanText(h.first,h.last):'')))),...more(grave.length-6,'hosts','#hosts-part')):none());
  const lines=[many(s.files,'file')+', '+many(s.events,'event')+', '+size(s.bytes),many(s.rules,'rule')+' loaded'+(s.applicable?', '+count(s.applicable)+' for logs that are here':'')+(s.rules_unusable?'; '+count(s.rules_unusable)+' could not be used':'')];
  const gap=(n,one,rest)=>n?many(n,one)+rest:'';
  lines.push(gap(s.unreadable.length,'file',' could not be read'),gap(s.not_recognised.length,'file',' not recognised'),s.oddities?count(s.oddities)+(s.oddities===1?' oddity':' oddities')+' in the evidence':'',gap(missingSources(s).length,'log source',' missing that rules need'));
  at('brief').replaceChildren(make('ul',{},...lines.filter(l=>l).map(l=>make('li',{},l)),make('li',{},make('a',{href:'#read-part'},'All of it, with reasons'))));
}
function groups(){
  const all=data.actors.groups,place=at('groups'),fits=all.filter(g=>g.consistent),rule=data.actors;
  if(!all.length){at('groups-part').hidden=at('groups-link').hidden=true;return;}
  const seenIn=new Map(grouped(findings,f=>f.techniques).map(g=>[g.key,g.n])),name=id=>id+(techniqueName(id)?' '+techniqueName(id):'');
  place.append(make('p',{},fits.length?'What was seen is consistent with '+fits.map(g=>g.name).join(', ')+'. This is not an attribution: others use the same techniques.':'Too little to name a group: what was seen fits none of the '+all.length+' clearly better than chance.'),
    make('p',{class:'note'},'Techniques of findings at '+rule.level+' level and above are compared with what ATT&CK records for each group. One that n of the '+all.length+' groups use weighs 1/n, so that common ones count little. '+
      '“Consistent with” needs '+rule.distinctive+' techniques that at most '+rule.users+' groups use, and a weight '+rule.deviations+' standard deviations above what equally many techniques drawn at random would have; random draws reach that fewer than 3 times in 100. '+
      'Rarity is known among these groups only. A technique that was not seen may be absent, or no log or rule shows it.'));
  for(const g of all){
    const node=make('details',{class:'group'+(g.consistent?' fits':''),...(g.consistent?{open:''}:{})},make('summary',{},make('b',{},g.name),' – ',g.consistent?'consistent with what was seen':'too little to say','; '+count(g.seen.length)+' of '+many(g.seen.length+g.unseen.length,'technique')+' seen, '+count(g.distinctive)+' of them distinctive'));
    node.append(make('p',{class:'soft'},g.attack_id+(g.aliases.length?', also '+g.aliases.join(', '):'')+'. '+g.summary),make('p',{},'Weight '+g.weight.toFixed(2)+'; chance would give '+g.chance.toFixed(2)+' ('+(g.deviations<0?'−':'+')+Math.abs(g.deviations).toFixed(1)+' standard deviations).'));
    if(g.seen.length)node.append(make('h3',{},'Seen, the rarest first'),make('div',{class:'scroll'},make('table',{},heads('Technique','#Used by','#Findings'),rows(g.seen.map(([id,n])=>[picker('technique',id,name(id)),make('td',{class:'n'},n+' of '+all.length),make('td',{class:'n'},count(seenIn.get(id)||0))])))));
    const lists=[['Expected, not seen',g.unseen.filter(([id])=>!rule.covered.length||rule.covered.includes(id))],['Expected, but no rule of this run looks for it in these logs',rule.covered.length?g.unseen.filter(([id])=>!rule.covered.includes(id)):[]]];
    for(const [title,items] of lists)if(items.length)node.append(make('h3',{},title+' ('+items.length+')'),make('ul',{class:'ids'},...items.map(([id,n])=>make('li',{},name(id)+(n===1?' (this group only)':'')))));
    place.append(node);
  }
}
function readPart(){
  const s=data.summary,place=at('read');
  place.append(make('p',{},many(s.files,'file')+', '+many(s.events,'event')+', '+size(s.bytes)+'; '+many(s.rules,'rule')+' loaded'+(s.applicable?', of which '+count(s.applicable)+' could apply to these logs':'')+(s.rules_unusable?', '+count(s.rules_unusable)+' could not be used':'')+
    '; '+(s.oddities?count(s.oddities)+(s.oddities===1?' oddity':' oddities')+' in the evidence: damaged or unusual records, read as far as possible (--verbose lists them)':'no damaged or unusual records')+'.'));
  const block=(title,note,items)=>{if(items.length)place.append(make('h3',{},title+' ('+count(items.length)+')'),make('p',{class:'note'},note),make('ul',{},...items.slice(0,1000).map(i=>make('li',{},make('code',{},plain(i))))),items.length>1000?make('p',{class:'note'},count(items.length-1000)+' more are left out here.'):'');};
  block('Could not be read','Read not at all or not to the end.',s.unreadable);
  block('Not recognised','No decoder knows the content; nothing in these files was looked at.',s.not_recognised);
  const gone=s.sources.filter(x=>!x.events).sort((a,b)=>b.rules-a.rules),here=s.sources.filter(x=>x.events).sort((a,b)=>b.rules-a.rules);
  const sourceTable=(title,note,list)=>{if(list.length)place.append(make('h3',{},title+' ('+count(list.length)+')'),make('p',{class:'note'},note),scrolled(make('table',{},heads('Log source','#Rules that need it','#Events'),rows(list.map(x=>[plain(x.name),make('td',{class:'n'},count(x.rules)),make('td',{class:'n'},count(x.events))])))));};
  if(s.sources.length)sourceTable('Missing log sources','Rules need these and the evidence has none of them: what they would show cannot be found.',gone);
  else block('Missing log sources','Rules need these and the evidence has none of them: what they would show cannot be found.',s.missing);
  sourceTable('Log sources that were there','Rules were tried on these.',here);
  if(s.channels.length)place.append(make('h3',{},'Events by channel ('+count(s.channels.length)+')'),scrolled(make('table',{},heads('Channel','#Events'),rows(s.channels.sort((a,b)=>b.count-a.count).map(c=>[plain(c.name)||'(no channel)',make('td',{class:'n'},count(c.count))])))));
}
function theme(){
  const wish=matchMedia('(prefers-color-scheme: dark)'),press=at('theme');
  const set=dark=>{document.documentElement.dataset.theme=dark?'dark':'light';press.textContent=dark?'Light colours':'Dark colours';};
  set(wish.matches);wish.addEventListener('change',()=>set(wish.matches));
  press.addEventListener('click',()=>set(document.documentElement.dataset.theme!=='dark'));
}
theme();filters();header();groups();readPart();draw();at('page').hidden=false;
})();
)js";

}  // namespace bartizan
